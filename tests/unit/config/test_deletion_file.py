"""The stack file of a confirmed destroy: what it adds, and how keys are spelled."""

import pytest
import yaml

from tenancy.config.deletion_file import write_with_deletions


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
    file, other = tmp_path / "Pulumi.dev.yaml", tmp_path / "other.yaml"
    file.write_text(f"config:\n  {written}\nencryptionsalt: v1:salt\n")

    write_with_deletions(file, other, ["a"], project="fleet")

    made = yaml.safe_load(other.read_text())
    kept = ["b"] if "allowDeletion" in written else []
    assert ["a", *kept] == made["config"][key]
    assert [key] == [name for name in made["config"] if name.endswith("allowDeletion")]
    assert "v1:salt" == made["encryptionsalt"]
    assert f"config:\n  {written}\nencryptionsalt: v1:salt\n" == file.read_text()
