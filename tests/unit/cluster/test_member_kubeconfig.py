import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenancy.cluster import member_kubeconfig
from tenancy.cluster.member_kubeconfig import ClientCertificate, OidcLogin, Reach, Server, Token
from tenancy.config.project import load
from tenancy.diagnostics.errors import RefusedError
from tenancy.local.private_file import write_private
from tenancy.model import Environment, Subject, SubjectKind, resolve

ROOT = Path(__file__).parents[3]
SERVER = Server(name="eu-1", url="https://eu-1.example.com", authority=b"PEM")
LEADS = Subject(kind=SubjectKind.GROUP, name="oidc:acme-leads", written="acme-leads")
NOBODY = Subject(kind=SubjectKind.GROUP, name="oidc:nobody", written="nobody")


def environment(folder: Path, *, namespaces: str) -> Environment:
    """Return an environment of its own with an organization that has *namespaces*."""
    (folder / "organizations").mkdir()
    (folder / "Pulumi.yaml").write_text("name: tenancy\nruntime: python\n")
    (folder / "Pulumi.dev.yaml").write_text(
        "config:\n"
        "  tenancy:environment: dev\n"
        "  tenancy:cluster: eu-1\n"
        "  tenancy:organizations: { acme: {} }\n"
    )
    (folder / "organizations" / "acme.yaml").write_text(
        "prefix: acme\n"
        "members:\n"
        "  - { group: acme-leads, role: admin }\n"
        "  - { group: readers, role: viewer, namespaces: [web] }\n"
        f"{namespaces}"
    )
    project, findings = load(folder)
    tenancy, unresolved = resolve(project)
    assert ((), ()) == (findings, unresolved)
    return tenancy.environments["dev"]


@pytest.fixture
def dev(tmp_path: Path) -> Environment:
    return environment(
        tmp_path,
        namespaces="defaultNamespace: batch\n"
        "namespaces:\n"
        '  - { id: web, quota: { pods: "4" } }\n'
        '  - { id: batch, quota: { pods: "4" } }\n',
    )


def test_there_is_one_context_for_each_namespace_and_the_default_is_set(
    dev: Environment,
) -> None:
    reach = member_kubeconfig.reach(dev, [LEADS])

    assert reach is not None
    written = member_kubeconfig.build(SERVER, reach, "leads", Token(value="t"))
    assert ["acme-web", "acme-batch"] == [c["name"] for c in written["contexts"]]
    assert "acme-batch" == written["current-context"]
    assert {"cluster": "eu-1", "namespace": "acme-web", "user": "leads"} == written["contexts"][
        0
    ]["context"]


@pytest.mark.parametrize("default", ["web", "acme-web"])
def test_the_default_can_be_changed(dev: Environment, default: str) -> None:
    reach = member_kubeconfig.reach(dev, [LEADS], default=default)

    assert reach is not None
    assert "acme-web" == reach.default


def test_a_default_that_is_out_of_reach_is_refused_with_those_that_are_not(
    dev: Environment,
) -> None:
    readers = Subject(kind=SubjectKind.GROUP, name="oidc:readers")

    with pytest.raises(LookupError) as refused:
        member_kubeconfig.reach(dev, [readers], default="batch")

    assert ("acme-web",) == refused.value.args


def test_only_namespaces_in_which_somebody_holds_a_role_are_there(dev: Environment) -> None:
    readers = Subject(kind=SubjectKind.GROUP, name="oidc:readers")

    reach = member_kubeconfig.reach(dev, [readers, NOBODY])

    assert Reach(namespaces=("acme-web",), default="acme-web", unknown=(NOBODY,)) == reach


def test_who_holds_no_role_gets_none(dev: Environment) -> None:
    assert member_kubeconfig.reach(dev, [NOBODY]) is None
    assert member_kubeconfig.reach(dev, [LEADS], organization="globex") is None


def test_only_the_members_identity_is_in_the_file() -> None:
    reach = Reach(namespaces=("acme-dev",), default="acme-dev")

    written = member_kubeconfig.build(
        SERVER, reach, "ana", ClientCertificate(certificate=b"CERT", key=b"KEY")
    )

    assert [
        {
            "name": "ana",
            "user": {
                "client-certificate-data": base64.b64encode(b"CERT").decode(),
                "client-key-data": base64.b64encode(b"KEY").decode(),
            },
        }
    ] == written["users"]
    assert [
        {
            "name": "eu-1",
            "cluster": {
                "server": "https://eu-1.example.com",
                "certificate-authority-data": base64.b64encode(b"PEM").decode(),
            },
        }
    ] == written["clusters"]


def test_a_login_with_the_identity_provider_holds_no_secret() -> None:
    reach = Reach(namespaces=("acme-dev",), default="acme-dev")
    login = OidcLogin(
        issuer_url="https://login.example.com", client_id="kube", extra_scopes=("groups",)
    )

    [user] = member_kubeconfig.build(SERVER, reach, "ana", login)["users"]

    assert ["exec"] == list(user["user"])
    assert [
        "oidc-login",
        "get-token",
        "--oidc-issuer-url=https://login.example.com",
        "--oidc-client-id=kube",
        "--oidc-extra-scope=groups",
    ] == user["user"]["exec"]["args"]


def test_credentials_do_not_show_when_printed() -> None:
    assert "hunter2" not in repr(Token(value="hunter2"))
    assert "hunter2" not in repr(ClientCertificate(certificate=b"c", key=b"hunter2"))


def member(name: str, kind: SubjectKind = SubjectKind.GROUP) -> Subject:
    return Subject(kind=kind, name=f"oidc:{name}", written=name)


@given(name=st.text(min_size=1), stack=st.text(min_size=1))
def test_a_file_name_never_leaves_its_folder(name: str, stack: str) -> None:
    found = member_kubeconfig.file_name(stack, [member(name)])

    assert found == Path(found).name
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert found.endswith(".kubeconfig")
    assert not found.startswith((".", "~"))
    assert len(found) < 240


@given(one=st.text(min_size=1), other=st.text(min_size=1))
def test_no_two_members_share_a_file(one: str, other: str) -> None:
    names = {member_kubeconfig.file_name("dev", [member(name)]) for name in (one, other)}

    assert len({one, other}) == len(names)


def test_a_user_and_a_group_of_one_name_have_two_files() -> None:
    kinds = (SubjectKind.USER, SubjectKind.GROUP, SubjectKind.SERVICE_ACCOUNT)

    assert 3 == len(
        {member_kubeconfig.file_name("dev", [member("ops", kind)]) for kind in kinds}
    )


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = write_private(tmp_path / "new", "dev.kubeconfig", "secret")
    finally:
        os.umask(before)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert "secret" == path.read_text()


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(
    tmp_path: Path,
) -> None:
    path = tmp_path / "dev.kubeconfig"
    path.write_text("old")
    path.chmod(0o644)

    write_private(tmp_path, "dev.kubeconfig", "new")

    assert ("new", 0o600) == (path.read_text(), stat.S_IMODE(path.stat().st_mode))
    assert ["dev.kubeconfig"] == [found.name for found in tmp_path.iterdir()]


@pytest.mark.parametrize("goal", ["elsewhere", "missing"])
def test_a_link_is_refused_and_what_it_points_at_is_left_alone(
    tmp_path: Path, goal: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "dev.kubeconfig").symlink_to(tmp_path / goal)

    with pytest.raises(RefusedError, match="is a link"):
        write_private(folder, "dev.kubeconfig", "secret")

    assert "mine" == elsewhere.read_text()
    assert not (tmp_path / "missing").exists()


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.kubeconfig").mkdir()

    with pytest.raises(RefusedError, match="is not a file"):
        write_private(tmp_path, "dev.kubeconfig", "secret")


@pytest.mark.parametrize(
    "name", ["../dev", "a/b", "/etc/x", "..", ".", "", "-rf", "a\0b"], ids=repr
)
def test_a_name_with_a_way_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="not the name of a file"):
        write_private(tmp_path / "out", name, "secret")

    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(RefusedError, match="--out"):
        write_private(tmp_path / "out", "dev.kubeconfig", "secret")
