"""The commands of one project, from `stack init` to `destroy`, with secrets around it."""

import base64
import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import attrs
import yaml

from tenancy.local.sandbox import Sandbox
from tenancy.local.sandbox.member_certificate import issue_member_certificate
from tests.cluster import planted as hide
from tests.cluster.planted import Planted
from tests.commands import TENANCY

ROOT = Path(__file__).parents[2]
LOUD = ("-v", "9", "--logtostderr", "--logflow", "--debug", "--color", "never")

ADMINS = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "the-operators-of-this-test"},
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "cluster-admin",
    },
    "subjects": [
        {"kind": "User", "name": "operator", "apiGroup": "rbac.authorization.k8s.io"},
        *(
            {"kind": "ServiceAccount", "name": name, "namespace": "kube-system"}
            for name in ("operator", "plugin")
        ),
    ],
}
PLUGIN = """#!/bin/sh
# Proves that it was given its secret, and answers with a token.
if [ "$(printf %s "$PLUGIN_SECRET")" != "$(cat {folder}/plugin-secret)" ]; then
  echo 'the secret of the plugin is another' >&2
  exit 1
fi
printf '{{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
printf '"status": {{"token": "%s"}}}}' "$(cat {folder}/plugin-token)"
"""


@attrs.frozen
class Life:
    """
    One project, everything that its commands may write to, and what they printed.

    Attributes:
        folder: Holds `planted`, where the secrets are; and all the rest, where none may be.
        variables: The whole environment of every command.
        is_whole: Whether every entry point is used, or one of each sort.
        secrets: What was planted.
        exits: What each command ended with.
        wrong: The commands that ended or reported otherwise than they have to.
    """

    folder: Path
    variables: Mapping[str, str]
    is_whole: bool = False
    secrets: list[Planted] = attrs.field(factory=list)
    exits: dict[str, int] = attrs.field(factory=dict)
    wrong: list[str] = attrs.field(factory=list)

    @property
    def planted(self) -> Path:
        return self.folder / "planted"

    @property
    def project(self) -> Path:
        return self.folder / "project"

    @property
    def searched(self) -> list[Path]:
        """Every place that a command may have written to."""
        return [
            self.folder / name
            for name in ("project", "said", "state", "home", "pulumi-home", "tmp")
        ]

    def temporary(self, command: Sequence[str]) -> Path:
        """Return where *command* has its temporary files: the engine has its own."""
        return self.folder / ("tmp-of-the-engine" if command[0] == "pulumi" else "tmp")

    def run(
        self, name: str, *command: str, cwd: Path | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run *command*, whatever comes of it, and keep what it prints."""
        done = subprocess.run(
            command,
            cwd=cwd or self.project,
            env={**self.variables, "TMPDIR": str(self.temporary(command))},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        number = len(self.exits)
        said = self.folder / "said" / f"{number:02} {name}"
        said.with_suffix(".out").write_text(done.stdout)
        said.with_suffix(".err").write_text(done.stderr)
        assert name not in self.exits
        self.exits[name] = done.returncode
        return done

    def tenancy(self, name: str, *arguments: str, exits: int | None = 0, says: str = "") -> str:
        """Run our own command line; it has to end and report as expected."""
        done = self.run(name, *TENANCY, *arguments)
        text = done.stdout + done.stderr
        self._look(name, text, says, ended=exits in {None, done.returncode})
        return text

    def pulumi(
        self, name: str, *arguments: str, refused: bool = False, says: str = "", **more
    ) -> str:
        """Run the engine's command line; it has to end and report as expected."""
        done = self.run(name, "pulumi", *arguments, "--non-interactive", **more)
        text = done.stdout + done.stderr
        self._look(name, text, says, ended=refused is (done.returncode != 0))
        return done.stdout

    def _look(self, name: str, text: str, says: str, *, ended: bool) -> None:
        if not ended or says not in " ".join(text.split()):
            self.wrong.append(f"{name} ended with {self.exits[name]}: {text[-2000:]}")

    def use(self, context: str, kubeconfig: str = "kubeconfig") -> None:
        """Have both stacks use *context*."""
        for stack in ("platform", "dev"):
            self.write(stack, context=context, kubeconfig=f"../planted/{kubeconfig}")

    def write(self, stack: str, **config: object) -> None:
        """Write keys into a stack's file, and keep what the engine put there."""
        path = self.project / f"Pulumi.{stack}.yaml"
        whole = yaml.safe_load(path.read_text()) if path.exists() else {}
        whole.setdefault("config", {}).update(
            {f"tenancy:{key}": value for key, value in config.items()}
        )
        path.write_text(yaml.safe_dump(whole))


def _token(box: Sandbox, kubectl, account: str, namespace: str = "kube-system") -> str:
    kubectl("create", "serviceaccount", account, "-n", namespace)
    return kubectl("create", "token", account, "-n", namespace).strip()


def plant(life: Life, box: Sandbox, kubectl) -> None:
    """Write the kubeconfig of the operators, with every way to prove who one is."""
    kubectl.apply(ADMINS)
    operator, plugin = _token(box, kubectl, "operator"), _token(box, kubectl, "plugin")
    gone = _token(box, kubectl, "gone")
    kubectl("delete", "serviceaccount", "gone", "-n", "kube-system")
    signed = issue_member_certificate(box.root, "operator", ["operators"], timedelta(hours=2))
    told = hide.random_text()
    secret_of_tenant = hide.random_text()

    folder = life.planted
    folder.mkdir()
    (folder / "plugin-secret").write_text(told)
    (folder / "plugin-token").write_text(plugin)
    (folder / "plugin").write_text(PLUGIN.format(folder=f"'{folder}'"))
    (folder / "plugin").chmod(0o700)
    (folder / "tenant-secret").write_text(secret_of_tenant)
    admin = yaml.safe_load(box.kubeconfig.read_text())
    east = admin["clusters"][0]["cluster"]
    users = {
        "token": {"token": operator},
        "key": {
            "client-certificate-data": _base64(signed.certificate),
            "client-key-data": _base64(signed.key),
        },
        "plugin": {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": str(folder / "plugin"),
                "env": [{"name": "PLUGIN_SECRET", "value": told}],
                "interactiveMode": "Never",
            }
        },
        "gone": {"token": gone},
    }
    contexts = {name: ("east", name) for name in users} | {"nowhere": ("nowhere", "token")}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "east", "cluster": east},
            {"name": "nowhere", "cluster": {**east, "server": "https://127.0.0.1:1"}},
        ],
        "users": [{"name": name, "user": user} for name, user in users.items()],
        "contexts": [
            {"name": name, "context": {"cluster": cluster, "user": user}}
            for name, (cluster, user) in contexts.items()
        ],
    }
    (folder / "kubeconfig").write_text(yaml.safe_dump(written))
    (folder / "damaged").write_text(f"{yaml.safe_dump(written)}: *{operator.split('.')[2]}")
    life.secrets.extend(
        (
            hide.token("an operator's bearer token", operator),
            hide.key("an operator's client key", signed.key),
            hide.text("the environment of a credential plugin", told),
            hide.token("the token of a credential plugin", plugin),
            hide.token("a token that was taken back", gone),
            hide.text("the data of a tenant's Secret", secret_of_tenant),
        )
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def write_project(life: Life) -> None:
    for file in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / file, life.project / file)
    platform = {
        "operators": [{"group": "platform-operators"}],
        "oidc": {"usernamePrefix": "oidc:", "groupsPrefix": "oidc:"},
    }
    life.write("platform", cluster="east", platform=platform)
    acme = {
        "prefix": "acme",
        "members": [
            {"group": "acme-leads", "role": "admin"},
            {"serviceAccount": "dev/ci", "role": "viewer"},
        ],
        "namespaces": [{"id": "dev", "quota": {"pods": "20"}}],
    }
    life.write("dev", environment="dev", cluster="east", organizations={"acme": acme})
    life.use("token")
    (life.project / "out").mkdir()


def run_every_command(life: Life, kubectl) -> None:
    """Use every entry point, once successfully and once refused."""
    _begin(life)
    _apply(life, kubectl)
    _differ(life, kubectl)
    _be_refused(life)
    _look(life)
    _end(life)


def _begin(life: Life) -> None:
    password = hide.random_text()
    for stack in ("platform", "dev"):
        life.pulumi(f"stack init {stack}", "stack", "init", stack)
    life.pulumi(
        "config set", "config", "set", "--secret", "example:password", "-s", "dev",
        stdin=password,
    )  # fmt: skip
    (life.planted / "password").write_text(password)
    life.secrets.append(hide.text("a secure: value of the stack", password))
    shown = life.pulumi("config", "config", "-s", "dev", says="[secret]")
    assert "example:password" in shown
    life.tenancy("check", "check")
    life.tenancy("plan offline", "plan", "--offline", says="acme")


def _apply(life: Life, kubectl) -> None:
    life.tenancy("up platform", "up", "--stack", "platform", "--yes")
    if life.is_whole:
        life.tenancy("plan text", "plan", "-s", "dev", "--all", exits=2, says="acme")
        life.tenancy("plan markdown", "plan", "-s", "dev", "--markdown", exits=2, says="acme")
        life.tenancy("preview", "preview", "--stack", "dev", exits=2, says="acme-dev")
    life.tenancy("plan json", "plan", "--stack", "dev", "--json", exits=2, says="acme")
    saved = str(life.project / "out" / "dev.plan.json")
    life.tenancy("plan saved", "plan", "-s", "dev", "--save", saved, exits=2, says="saved to")
    life.tenancy("up", "up", "--stack", "dev", "--yes", says="acme-dev")
    data = (life.planted / "tenant-secret").read_text()
    kubectl("create", "namespace", "shop")
    kubectl("create", "quota", "main", "-n", "shop", "--hard=pods=5")
    for namespace in ("acme-dev", "shop"):
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "database", "namespace": namespace},
            "stringData": {"password": data},
        }
        kubectl("create", "-f", "-", manifest=secret)
    kubectl("create", "serviceaccount", "ci", "-n", "acme-dev")
    life.tenancy(
        "kubeconfig of an account", "kubeconfig", "--stack", "dev", "--service-account",
        "dev/ci", "--expires", "10m", "--out", str(life.planted / "minted"),
        says="the token expires at",
    )  # fmt: skip
    [minted] = (life.planted / "minted").iterdir()
    written = yaml.safe_load(minted.read_text())["users"][0]["user"]["token"]
    life.secrets.append(hide.token("a token that was minted", written))
    member = ("kubectl", f"--kubeconfig={minted}")
    life.run("pods by the account", *member, "get", "pods", "-o", "name")
    life.run("a pod by the account", *member, "create", "configmap", "a")
    life.run("pods of others by the account", *member, "get", "pods", "-n", "shop")
    life.tenancy(
        "kubeconfig of a group", "kubeconfig", "--stack", "dev", "--group", "acme-leads",
        "--out", str(life.project / "out"), "--oidc-issuer-url", "https://login.example.com",
        "--oidc-client-id", "kubernetes",
    )  # fmt: skip


def _differ(life: Life, kubectl) -> None:
    """Show differences: of the config, of the kubeconfig, of the cluster."""
    shutil.copy(life.planted / "kubeconfig", life.planted / "kubeconfig-2")
    life.use("key", "kubeconfig-2")
    acme = yaml.safe_load((life.project / "Pulumi.dev.yaml").read_text())["config"][
        "tenancy:organizations"
    ]["acme"]
    acme["namespaces"][0]["quota"]["pods"] = "21"
    life.write("dev", organizations={"acme": acme})
    life.pulumi(
        "plain preview", "preview", "-s", "dev", "--diff", *LOUD,
        "--tracing", f"file:{life.folder}/said/preview.trace", "--event-log",
        f"{life.folder}/said/preview.events", says='"21"',
    )  # fmt: skip
    if life.is_whole:
        life.pulumi("preview json", "preview", "-s", "dev", "--json", says="acme-dev")
    life.pulumi(
        "plain up", "up", "-s", "dev", "--yes", "--skip-preview", "--diff", *LOUD,
        "--tracing", f"file:{life.folder}/said/up.trace", "--event-log",
        f"{life.folder}/said/up.events",
    )  # fmt: skip
    life.use("plugin")
    kubectl(
        "create", "rolebinding", "team", "-n", "acme-dev", "--clusterrole=view", "--user=eve"
    )
    life.tenancy("drift json", "drift", "--stack", "dev", "--json", exits=2, says="team")
    if life.is_whole:
        life.tenancy("drift", "drift", "--stack", "dev", exits=2, says="team")
        life.tenancy("usage", "usage", "--stack", "dev")
        life.pulumi("plain refresh", "refresh", "-s", "dev", "--yes", *LOUD)
    life.tenancy(
        "adopt", "adopt", "--organization", "shop", "--stack", "dev", "shop", exits=3,
        says="cannot prompt: standard input is not a terminal",
    )  # fmt: skip


def _be_refused(life: Life) -> None:
    preview = ("preview", "-s", "dev", *LOUD)
    content = (life.planted / "kubeconfig").read_text()
    life.pulumi(
        "content by --config", *preview, "--config", f"tenancy:kubeconfig={content}",
        refused=True, says="the content of a kubeconfig",
    )  # fmt: skip
    life.write("dev", kubeconfig=content)
    tracked = life.project / "Pulumi.dev.yaml"
    life.tenancy("check of content", "check", exits=3, says="kubeconfig-content")
    life.use("gone")
    life.tenancy("plan taken back", "plan", "--stack", "dev", says="401 Unauthorized")
    if life.is_whole:
        life.write("dev", kubeconfig=content)
        life.tenancy("plan of content", "plan", "--stack", "dev", exits=3)
        _by_every_entry_point(life, preview)
    life.use("plugin")
    assert content not in tracked.read_text()


def _by_every_entry_point(life: Life, preview: Sequence[str]) -> None:
    life.use("nowhere")
    life.tenancy("plan unreachable", "plan", "--stack", "dev", says="got no answer")
    life.pulumi("preview unreachable", *preview, refused=True, says="got no answer")
    life.use("gone")
    life.pulumi("preview taken back", *preview, refused=True, says="401 Unauthorized")
    life.tenancy("drift taken back", "drift", "--stack", "dev", exits=1, says="401")
    life.use("token", "damaged")
    life.tenancy("plan damaged", "plan", "--stack", "dev", says="cannot be read")
    life.pulumi("preview damaged", *preview, refused=True, says="cannot be read")
    life.use("plugin")
    _with_another_secret(life, preview)
    _as_secret_config(life, preview)
    _on_another_cluster(life, preview)


def _with_another_secret(life: Life, preview: Sequence[str]) -> None:
    path = life.planted / "plugin-secret"
    told = path.read_text()
    path.write_text("another")
    life.pulumi("preview without the plugin", *preview, refused=True, says="answered with 40")
    path.write_text(told)


def _as_secret_config(life: Life, preview: Sequence[str]) -> None:
    """A value of our own is encrypted, in the file and in one that only the engine reads."""
    password = (life.planted / "password").read_text()
    tracked = life.project / "Pulumi.dev.yaml"
    before = tracked.read_text()
    life.pulumi(
        "config set ours", "config", "set", "--secret", "tenancy:nameTemplate", "-s", "dev",
        stdin=password,
    )  # fmt: skip
    encrypted = tracked.read_text()
    life.pulumi("preview of secret config", *preview, refused=True, says="config-secret")
    life.tenancy("check of secret config", "check", exits=3, says="config-secret")
    tracked.write_text(before)
    other = life.project / "other.yaml"
    other.write_text(encrypted)
    life.pulumi(
        "preview of another file", *preview, "--config-file", str(other), refused=True,
        says="config-secret",
    )  # fmt: skip


def _on_another_cluster(life: Life, preview: Sequence[str]) -> None:
    """The state is made to remember another cluster."""
    exported = life.pulumi("stack export", "stack", "export", "-s", "dev")
    changed = json.loads(exported)
    for resource in changed["deployment"]["resources"]:
        if resource["type"] == "pulumi:pulumi:Stack":
            resource["outputs"]["clusterUid"] = "another"
    life.pulumi("stack import", "stack", "import", "-s", "dev", stdin=json.dumps(changed))
    says = "another cluster answers"
    life.pulumi("preview of another cluster", *preview, refused=True, says=says)
    life.tenancy("plan of another cluster", "plan", "--stack", "dev", exits=3, says=says)
    life.pulumi("stack import back", "stack", "import", "-s", "dev", stdin=exported)


def _look(life: Life) -> None:
    life.pulumi("export secrets", "stack", "export", "-s", "dev", "--show-secrets")
    life.pulumi("outputs", "stack", "output", "-s", "dev", "--json", "--show-secrets")
    life.pulumi("history", "stack", "history", "-s", "dev", "--json")
    life.pulumi("stack", "stack", "-s", "dev", "--show-urns")
    shown = life.run(
        "config secrets", "pulumi", "config", "-s", "dev", "--show-secrets", "--json"
    )
    # What the passphrase protects is shown to every user who has the passphrase, on request.
    (life.planted / "shown").write_text(shown.stdout)
    for path in (life.folder / "said").glob("* config secrets.out"):
        path.unlink()


def _end(life: Life) -> None:
    life.tenancy("destroy", "destroy", "--stack", "dev", "--stack", "platform", "--yes")
