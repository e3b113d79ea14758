"""docs/security.md lists every admission policy that is rendered, and no other."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RENDERED = ROOT / "tests" / "unit" / "manifests" / "golden" / "platform.yaml"


def test_every_admission_policy_is_in_the_page_on_security():
    manifests = yaml.safe_load_all(RENDERED.read_text(encoding="utf-8"))
    kinds = {"ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"}
    rendered = {one["metadata"]["name"] for one in manifests if one["kind"] in kinds}
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [row.split("|")[1] for row in page.splitlines() if row.startswith("| `tenancy-")]

    listed = [name for row in rows for name in re.findall(r"`(tenancy-[a-z-]+)`", row)]

    # The sample asks neither for fresh images nor for queues.
    others = {"tenancy-image-pull", "tenancy-queued-jobs", "tenancy-queued-pods"}
    assert sorted({*rendered, *others}) == sorted(listed)
