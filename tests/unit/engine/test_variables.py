"""The engine's environment: login and logs pass, what changes an update is refused by name."""

import pytest

from tenancy.diagnostics.errors import RefusedError
from tenancy.diagnostics.exit_codes import Exit
from tenancy.engine.variables import SET_BY_TENANCY, prepare_variables

LOGIN = {
    "PULUMI_ACCESS_TOKEN": "pul-0",
    "PULUMI_BACKEND_URL": "s3://state",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/p",
    "PULUMI_HOME": "/h",
    "PULUMI_K8S_CLIENT_QPS": "5",
    "PULUMI_PARALLEL": "4",
    "AWS_PROFILE": "prod",
    "HTTPS_PROXY": "http://proxy",
    "KUBECONFIG": "/k",
    "PULUMI_OPTION_TARGET": "",
}


def test_login_state_proxy_and_cloud_variables_pass_and_stay() -> None:
    variables = dict(LOGIN)

    prepare_variables(variables)

    assert variables == LOGIN


@pytest.mark.parametrize(
    "name",
    [
        "PULUMI_OPTION_TARGET",
        "PULUMI_OPTION_TARGETS",
        "PULUMI_OPTION_TARGET_DEPENDENTS",
        "PULUMI_OPTION_EXCLUDE",
        "PULUMI_OPTION_EXCLUDE_DEPENDENTS",
        "PULUMI_OPTION_REPLACE",
        "PULUMI_OPTION_REFRESH",
        "PULUMI_OPTION_SKIP_PREVIEW",
        "PULUMI_OPTION_CONTINUE_ON_ERROR",
        "PULUMI_CONTINUE_ON_ERROR",
        "PULUMI_DISABLE_REFRESH_BEFORE_UPDATE",
        "PULUMI_SKIP_CHECKPOINTS",
        "PULUMI_LEGACY_PROVIDER_PREVIEW",
        "PULUMI_CONFIG",
        "PULUMI_K8S_DELETE_UNREACHABLE",
        "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
        "PULUMI_K8S_ENABLE_PATCH_FORCE",
        "PULUMI_ENABLE_SOMETHING_OF_NEXT_YEAR",
    ],
)
def test_what_changes_an_update_is_refused_by_name_and_kept(name: str) -> None:
    variables = {**LOGIN, name: "urn:x"}

    with pytest.raises(RefusedError) as caught:
        prepare_variables(variables)

    assert f"the environment has {name}, which can change what is applied" in str(caught.value)
    assert f"`unset {name}`" in str(caught.value)
    assert Exit.REFUSED is caught.value.exit
    assert "urn:x" == variables[name]


def test_all_are_named_at_once() -> None:
    with pytest.raises(RefusedError, match="unset PULUMI_OPTION_A PULUMI_OPTION_B`"):
        prepare_variables({"PULUMI_OPTION_B": "1", "PULUMI_OPTION_A": "1"})


def test_the_config_file_is_refused_too() -> None:
    with pytest.raises(RefusedError, match="PULUMI_OPTION_CONFIG_FILE"):
        prepare_variables({"PULUMI_OPTION_CONFIG_FILE": "/elsewhere/Pulumi.dev.yaml"})


def test_the_backend_of_tenancy_env_is_not_used_for_another_cluster() -> None:
    state = "file:///project/.sandbox/pulumi/state?metadata=skip"
    shell = {"TENANCY_SANDBOX": "/project", "PULUMI_BACKEND_URL": state}
    before = {"TENANCY_BEFORE_PULUMI_BACKEND_URL": "s3://state"}

    prepare_variables(variables := {**shell, **before})

    assert {"PULUMI_BACKEND_URL": "s3://state"} == variables


def test_what_tenancy_sets_itself_is_allowed() -> None:
    ours = dict.fromkeys(SET_BY_TENANCY, "x")

    prepare_variables(ours)

    assert len(ours) > 10
