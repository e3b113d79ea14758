"""The engine's copies of stack files: what they add, and how keys are spelled."""

import pytest
import yaml

from tenancy.config.stack_copies import copy_stack_file


@pytest.mark.parametrize(
    ("written", "key"),
    [
        pytest.param("fleet:cluster: eu-1", "fleet:allowDeletion", id="none yet"),
        pytest.param("fleet:allowDeletion: [b]", "fleet:allowDeletion", id="with the project"),
        pytest.param("allowDeletion: [b]", "allowDeletion", id="short"),
        pytest.param("fleet:config:allowDeletion: [b]", "fleet:config:allowDeletion", id="old"),
    ],
)
def test_what_may_be_deleted_stands_once_under_the_key_that_the_file_has(
    tmp_path, written, key
):
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(f"config:\n  {written}\n")

    copy = copy_stack_file(
        file, tmp_path / "copies" / file.name, project="fleet", allow_deletion=["a"]
    )

    config = yaml.safe_load(copy.read_text())["config"]
    kept = ["b"] if "allowDeletion" in written else []
    assert ["a", *kept] == config[key]
    assert [key] == [name for name in config if name.endswith("allowDeletion")]
    assert f"config:\n  {written}\n" == file.read_text()


def test_the_salt_of_the_older_copy_is_kept(tmp_path):
    file, copy = tmp_path / "Pulumi.dev.yaml", tmp_path / "copies/Pulumi.dev.yaml"
    file.write_text("config:\n  tenancy:cluster: sandbox\n")
    copy_stack_file(file, copy)
    copy.write_text(copy.read_text() + "encryptionsalt: v1:salt\n")

    copy_stack_file(file, copy)

    assert "v1:salt" == yaml.safe_load(copy.read_text())["encryptionsalt"]
