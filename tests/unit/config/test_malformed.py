"""
Malformed documents by the hundred, each made from a valid one by one mistake.

Every mistake has to be refused at the path and in the line where it was made, under the
expected code, and with all four parts. The valid documents are the positive control.
"""

import copy
import functools
import re

import pydantic
import pytest
import yaml

from tenancy.config.document import parse
from tenancy.config.spec import EnvironmentSpec, OrganizationSpec, PlatformStackSpec
from tenancy.config.spec.validation_findings import findings_from
from tenancy.diagnostics.origin import Origin

ENVIRONMENT = """\
environment: dev
cluster: shared-1
kubeconfig: clusters/shared-1.yaml
context: operator
platformStack: platform
nameTemplate: "{prefix}-{id}"
podSecurity: {enforce: baseline, reason: a walk-through}
network:
  sameOrganization: true
  observability: false
  sharedServices: [obs]
  egressCidrs: [10.0.0.0/8]
allowDeletion: [acme-old]
allowBelowUsage: [acme-dev/pods]
environmentOrderExceptions:
  - {organization: acme, resource: requests.cpu, workload: api, reason: a load test}
profiles:
  small:
    quota: {requests.cpu: "2", requests.memory: 2Gi, pods: 20}
    quotas:
      urgent:
        hard: {pods: "5"}
        scopes: [PriorityClass]
        scopeSelector:
          - {scopeName: PriorityClass, operator: In, values: [high]}
    limitRange:
      container:
        default: {cpu: 250m, memory: 256Mi}
        defaultRequest: {cpu: 100m}
        max: {cpu: 500m}
        min: {cpu: 10m}
        maxLimitRequestRatio: {cpu: "4"}
      pod: {max: {cpu: "2"}, min: {cpu: 10m}, maxLimitRequestRatio: {memory: 2}}
      persistentVolumeClaim: {max: {storage: 10Gi}, min: {storage: 1Gi}}
organizations:
  globex:
    namespaces:
      web: {profile: small, quota: {pods: "25"}, gpus: [{pool: h100, gpus: 2}]}
    defaultNamespace: web
    members: [{group: globex-devs, role: developer}]
  acme:
    prefix: acme
    displayName: Acme
    owner: Ada
    billing: {subscriptionGroup: sub-1, costCenter: "4711"}
    ceiling: {requests.cpu: "8", requests.memory: 16Gi}
    defaultNamespace: api
    members:
      - {user: ada@example.com, role: admin, environments: [dev], namespaces: [api]}
      - {serviceAccount: api/deployer, role: developer}
    namespaces:
      - id: api
        profile: small
        environments: [dev]
        workload: agent-api
        subscription: sub-2
        labels: {tier: web}
        annotations: {note: "1"}
        gpus: [{pool: h100, gpus: 4, maxPerPod: 2}]
        storageClasses: [fast]
        priorityClasses: [high]
      - id: batch
        inheritFrom: api
        adopted: {name: legacy-batch, origin: adopt, reason: older, limitRange: old}
"""

PLATFORM = """\
cluster: shared-1
allowDeletion: [obs]
platform:
  operators: [{group: platform-team}, {user: root@example.com}]
  oidc: {usernamePrefix: "oidc:", groupsPrefix: "oidc:"}
  limits: {namespaces: 10, idLength: 7}
  environmentOrder: [dev, prod]
  public: {name: public, readers: [{group: "system:authenticated"}]}
  shared:
    - name: obs
      purpose: observability
      services: [{name: prometheus, ports: [9090], podLabels: {app: prometheus}}]
      metricsPorts: [9100]
  gpuNodePools:
    - name: h100
      model: H100
      backend: existing
      gpusPerNode: 8
      instanceTypes: [p5.48xlarge]
      resource: nvidia.com/gpu
      nodes: {min: 1, max: 2}
      nodeNames: [gpu-0]
      capacity: {type: reserved, reservationId: cr-1}
      sharing: {type: mig, rename: true, layout: [{profile: 1g.10gb, perGpu: 7}]}
      dedicatedTo: acme
      labels: {zone: a}
      taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
      writeTaints: false
      overcommitReason: idle at night
  roles:
    auditor: {description: reads, rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
  storageClasses: {fast: granted}
  priorityClasses: {high: {value: 1000, preemptionPolicy: Never, description: first}}
  objectCounts: {count/secrets: "50"}
  podSecurityVersion: v1.36
  requireImagePull: false
"""

ORGANIZATION = """\
prefix: acme
members: [{user: ada@example.com, role: admin}]
namespaces:
  - {id: dev, quota: {requests.cpu: "2", pods: "20"}}
  - {id: prod, quotas: {more: {hard: {pods: "5"}}}, limitRange: {container: {max: {cpu: 500m}}}}
"""

DOCUMENTS = {
    "environment": (ENVIRONMENT, EnvironmentSpec),
    "platform": (PLATFORM, PlatformStackSpec),
    "organization": (ORGANIZATION, OrganizationSpec),
}

REQUIRED = {
    # by hand, not from the models: where a mapping is, which keys it cannot do without
    r"": {"environment", "cluster", "organizations", "platform", "prefix", "namespaces"},
    r"podSecurity": {"enforce", "reason"},
    r"environmentOrderExceptions\[\d\]": {"organization", "resource", "reason"},
    r"profiles\.small\.quotas\.urgent": {"hard"},
    r"profiles\.small\.quotas\.urgent\.scopeSelector\[\d\]": {"scopeName", "operator"},
    r"organizations\.acme": {"namespaces"},
    r".*billing": {"subscriptionGroup"},
    r".*members\[\d\]": {"role"},
    r".*namespaces\[\d\]": {"id"},
    r".*namespaces\[\d\]\.quotas\.more": {"hard"},
    r".*gpus\[\d\]": {"pool", "gpus"},
    r".*adopted": {"origin", "reason"},
    r"platform": {"operators"},
    r"platform\.public": {"name", "readers"},
    r"platform\.shared\[\d\]": {"name", "services"},
    r"platform\.shared\[\d\]\.services\[\d\]": {"name", "ports"},
    r"platform\.gpuNodePools\[\d\]": {"name", "model", "nodes"},
    r"platform\.gpuNodePools\[\d\]\.nodes": {"min", "max"},
    r"platform\.gpuNodePools\[\d\]\.sharing\.layout\[\d\]": {"profile", "perGpu"},
    r"platform\.gpuNodePools\[\d\]\.taints\[\d\]": {"key", "effect"},
    r"platform\.roles\.auditor": {"rules"},
    r"platform\.roles\.auditor\.rules\[\d\]": {"apiGroups", "resources", "verbs"},
    r"platform\.priorityClasses\.high": {"value"},
}

FREE = re.compile(
    # mappings whose keys people choose: an unknown key is a new entry there
    r"organizations|profiles|.*\.quotas|.*(quota|hard|default|defaultRequest|max|min|ceiling"
    r"|maxLimitRequestRatio|labels|podLabels|annotations|objectCounts|storageClasses|roles"
    r"|priorityClasses)|organizations\.globex\.namespaces"
)
QUANTITIES = re.compile(
    r".*(\bquota|hard|default|defaultRequest|limitRange\..*\.(max|min)|ceiling"
    r"|maxLimitRequestRatio|objectCounts)[\[.].*"
)
CHOICES = re.compile(
    r".*(enforce|origin|purpose|capacity\.type|sharing\.type|effect|preemptionPolicy|scopeName"
    r"|operator|scopes\[\d\]|storageClasses\.\w+)"
)
NUMBERS = re.compile(
    r".*(idLength|limits\.namespaces|nodes\.(min|max)|gpusPerNode|perGpu|maxPerPod|gpus)"
)

MARK = "MISTAKEHERE"
DUMPER = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper

TRAPS = {
    "no": "yaml-boolean-word",
    "Off": "yaml-boolean-word",
    "y": "yaml-boolean-word",
    "0755": "yaml-octal",
    "0o17": "yaml-octal",
    "0x1F": "yaml-number-base",
    "12:30:45": "yaml-sexagesimal",
    "2026-01-01": "yaml-timestamp",
    "1_000": "yaml-underscore-number",
    ".inf": "yaml-not-finite",
    "&x x": "yaml-alias",
    "*x": "yaml-alias",
    "!!str x": "yaml-tag",
    "!mine x": "yaml-tag",
    '"a\\0b"': "yaml-control-character",
    "99999999999999999999": "yaml-large-number",
}

BAD_QUANTITIES = [
    *("''", "' 1'", "'1 '", "'1 Gi'", "'1,5'", "'1_000'", "'0x10'", "1GB", "1Gib", "1K", "1ki"),
    *(
        "1mi",
        "1g",
        "NaN",
        "inf",
        "1.1.0",
        "--1",
        "1e",
        "1e1.5",
        "1i",
        ".5i",
        "'-'",
        "'+'",
        "Ki",
    ),
    *("m", "e3", "1e19", "'1e999999999'", "8Ei", "9223372036854775808Ki", "-1", "'-0'", "0.1"),
    *("1.10", "true", "'٤'", "'\uff11'", "1e3", "[1]", "{a: 1}"),
]


def dump(value):
    """Block style: each key in a line of its own."""
    return yaml.dump(value, Dumper=DUMPER, sort_keys=False, width=10_000)


def dotted(path):
    return Origin("", path).dotted


def places(value, path=()):
    yield path, value
    entries = value.items() if isinstance(value, dict) else ()
    entries = enumerate(value) if isinstance(value, list) else entries
    for step, entry in entries:
        yield from places(entry, (*path, step))


def replaced(value, path, new):
    """Return *value* with *new* at *path*, as text."""
    if not path:
        return dump(new)
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return dump(changed)


def without(value, path):
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return dump(changed)


def traps(value):
    """YAML's own: at each scalar one after the other of the ways not to write it."""
    kinds = list(TRAPS.items())
    scalars = [path for path, found in places(value) if not isinstance(found, (dict, list))]
    for index, path in enumerate(scalars):
        for literal, code in (kinds[(index * 3 + n) % len(kinds)] for n in range(3)):
            yield path, code, replaced(value, path, MARK).replace(MARK, literal)


def unknown_keys(value):
    for path, found in places(value):
        if isinstance(found, dict) and not FREE.fullmatch(dotted(path)):
            for key in ("madeUp", "named-so"):
                text = replaced(value, path, {**found, key: 1})
                yield (*path, key), "unknown-key", text
    for path, _ in places(value):
        if path and isinstance(path[-1], str) and not FREE.fullmatch(dotted(path[:-1])):
            misspelt = path[-1] + "x"
            inner = value
            for step in path[:-1]:
                inner = inner[step]
            if not is_required(path):
                renamed = {misspelt if key == path[-1] else key: v for key, v in inner.items()}
                yield (*path[:-1], misspelt), "unknown-key", replaced(value, path[:-1], renamed)


def is_required(path):
    return isinstance(path[-1], str) and any(
        re.fullmatch(pattern, dotted(path[:-1])) and path[-1] in keys
        for pattern, keys in REQUIRED.items()
    )


def missing_keys(value):
    for path, _ in places(value):
        if path and is_required(path) and path != ("organizations", "globex", "namespaces"):
            yield path, "missing-key", without(value, path)


OTHERS = {
    str: (True, 0.5, ["x"], {"x": "y"}),
    int: ("x", True, 0.5, [1]),
    bool: ("x", 1, [True]),
    list: ("x", 1, True, {"x": "y"}),
    dict: ("x", 1, True, ["x"]),
}


def wrong_types(value):
    for path, found in places(value):
        if QUANTITIES.fullmatch(dotted(path)) or CHOICES.fullmatch(dotted(path)):
            continue
        for other in OTHERS[type(found)]:
            # A list of namespaces means that the organization is written inline.
            if not (path == ("organizations", "globex", "namespaces") and other == ["x"]):
                yield path, "wrong-type", replaced(value, path, other)


def wrong_quantities(value):
    paths = [p for p, found in places(value) if QUANTITIES.fullmatch(dotted(p))]
    for index, path in enumerate(paths):
        for literal in BAD_QUANTITIES[index % 4 :: 4]:
            text = replaced(value, path, MARK).replace(MARK, literal)
            yield path, "invalid-quantity", text


def wrong_choices(value):
    for path, _ in places(value):
        if CHOICES.fullmatch(dotted(path)):
            for other in ("somethingElse", "", 5, True, ["x"]):
                yield path, "unknown-choice", replaced(value, path, other)


def wrong_numbers(value):
    for path, _ in places(value):
        if NUMBERS.fullmatch(dotted(path)) and not isinstance(_, (dict, list)):
            yield path, "wrong-number", replaced(value, path, -1)


def not_yaml(value):
    """In each line in turn, text that is not YAML or not a single document."""
    text = dump(value)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        for code, new in (
            ("yaml-tab", "\t" + line),
            ("yaml-syntax", f"{indent}'open"),
            ("yaml-control-character", line + "\x00"),
        ):
            if number % 4 == 0:
                yield (), code, "\n".join([*lines[:number], new, *lines[number + 1 :]])
    yield (), "yaml-several-documents", text + "---\n" + text
    yield (), "yaml-syntax", text + "]"


MISTAKES = [
    traps,
    unknown_keys,
    missing_keys,
    wrong_types,
    wrong_quantities,
    wrong_choices,
    wrong_numbers,
    not_yaml,
]


@functools.cache
def malformed(name, mistakes):
    """Return every document that *mistakes* makes of the valid one: path, code and text."""
    return tuple(mistakes(yaml.safe_load(DOCUMENTS[name][0])))


def refusals(text, model):
    document = parse(text, "f.yaml")
    found = list(document.findings)
    try:
        model.model_validate(document.value)
    except pydantic.ValidationError as error:
        found += findings_from(error, origin=Origin("f.yaml"), model=model, document=document)
    return document, found


def shortcoming(path, code, text, model):
    """Say what is wrong with the refusal of *text*; nothing if it is as it has to be."""
    document, found = refusals(text, model)
    here = [v for v in found if v.code == code and v.origin.path == path]
    if not here:
        return f"not refused as {code} but as {[(v.code, v.origin.dotted) for v in found]}"
    if not all(v.found and v.allowed and v.remedy for v in found):
        return "a part is missing"
    beside = [
        v for v in found if v.origin.path[: len(path)] != path and v.code != "missing-key"
    ]
    if beside:
        return f"also refused where nothing is wrong: {[str(v) for v in beside]}"
    line = document.place(here[0])
    if path and isinstance(path[-1], str) and code != "missing-key":
        written = text.splitlines()[line[0] - 1] if line else ""
        return None if path[-1] in written else f"the line is not that of the key: {line}"
    return None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_that_the_mistakes_are_made_in_are_accepted(name):
    text, model = DOCUMENTS[name]

    assert [] == refusals(text, model)[1]
    assert [] == refusals(dump(yaml.safe_load(text)), model)[1]


@pytest.mark.parametrize("mistakes", MISTAKES)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_mistake_is_refused_where_it_was_made(name, mistakes):
    model = DOCUMENTS[name][1]

    shortcomings = [
        f"{dotted(path)}: {said}"
        for path, code, wrong in malformed(name, mistakes)
        if (said := shortcoming(path, code, wrong, model))
    ]

    assert [] == shortcomings


def test_at_least_500_malformed_documents_are_tried():
    tried = {
        (name, wrong)
        for name in DOCUMENTS
        for mistakes in MISTAKES
        for _, _, wrong in malformed(name, mistakes)
    }

    print(f"{len(tried)} malformed documents")
    assert len(tried) >= 500
