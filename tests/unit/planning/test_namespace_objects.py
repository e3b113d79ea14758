"""The section of objects that a platform puts into namespaces."""

from tenancy.output.plan_as_text import plan_text
from tenancy.planning.sections.namespace_objects import NamespaceObjects
from tenancy.planning.sections.settings import Settings
from tests.unit.builders import a_platform
from tests.unit.planning.changing import a_plan, a_record


def carrying(*entries: dict) -> dict:
    return {"platform": a_platform(namespaceObjects=list(entries))}


def ca(text: str, **keys: object) -> dict:
    metadata = {"name": "company-ca"}
    return {
        "manifest": {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": {"ca.crt": text, **keys},
        }
    }


def changes(before: dict, after: dict) -> list[tuple]:
    plan = a_plan(a_record(**before), **after)
    return [
        (one.namespace, one.object, one.change, one.fields)
        for one in plan.section(NamespaceObjects).changes
    ]


def test_objects_appear_change_by_their_fields_and_disappear() -> None:
    one, other, more = (carrying(ca("a")), carrying(ca("b")), carrying(ca("a", more="x")))
    name = ("acme-dev", "ConfigMap company-ca")

    assert [(*name, "created", ())] == changes({}, one)
    assert [(*name, "changed", ("data.ca.crt",))] == changes(one, other)
    assert [(*name, "changed", ("data.more",))] == changes(one, more)
    assert [(*name, "deleted", ())] == changes(one, {})
    assert [] == changes(one, one) == changes({}, {})


def test_the_text_names_the_object_and_never_its_values() -> None:
    text = plan_text(a_plan(a_record(**carrying(ca("old"))), **carrying(ca("new"))))

    assert "acme-dev: ConfigMap company-ca is changed: data.ca.crt" in text
    assert "old" not in text


def test_pull_secrets_are_a_setting_of_the_namespace() -> None:
    plan = a_plan(a_record(), **carrying({"imagePullSecret": "registry"}))

    assert [("acme-dev", "imagePullSecrets", None, "registry")] == [
        (one.namespace, one.setting, one.before, one.after)
        for one in plan.section(Settings).changes
    ]


def test_the_platforms_plan_names_what_it_lists() -> None:
    gold = {**ca("a"), "matchLabels": {"tier": "gold"}}
    plan = a_plan(a_record(stack="platform"), stack="platform", **carrying(gold))

    [change] = plan.section(Settings).changes
    assert ("namespaceObjects", None) == (change.setting, change.before)
    assert change.after.startswith("ConfigMap company-ca ")
    assert change.after.endswith(" where tier=gold")
