"""What can be seen of an API server's flags."""

import pytest

from tenancy.cluster.token_extension import _extends  # the rest is one list


@pytest.mark.parametrize(
    ("words", "extends"),
    [
        (["kube-apiserver", "--service-account-extend-token-expiration=false"], False),
        (["kube-apiserver", "--service-account-extend-token-expiration=true"], True),
        (["kube-apiserver"], True),
    ],
)
def test_without_the_flag_tokens_of_pods_are_extended(words: list[str], extends: bool) -> None:
    assert extends is _extends({"containers": [{"command": list(words)}]})
    assert extends is _extends({"containers": [{"command": words[:1], "args": words[1:]}]})
