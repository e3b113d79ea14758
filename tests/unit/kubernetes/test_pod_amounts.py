"""What pods use of a quota."""

from tenancy.kubernetes.pods import pod_amounts


def a_container(cpu: str, limit: str | None = None, **keys: object) -> dict:
    resources: dict = {"requests": {"cpu": cpu}}
    if limit is not None:
        resources["limits"] = {"cpu": limit}
    return {"name": "c", "resources": resources, **keys}


def texts(spec: dict) -> dict[str, str]:
    return {key: str(amount) for key, amount in pod_amounts(spec).items()}


def test_containers_count_together() -> None:
    spec = {"containers": [a_container("1", "2"), a_container("500m")]}

    assert {"requests.cpu": "1500m", "limits.cpu": "2"} == texts(spec)


def test_the_largest_init_container_counts_where_it_is_larger() -> None:
    spec = {"containers": [a_container("1")], "initContainers": [a_container("3")]}
    assert {"requests.cpu": "3"} == texts(spec)

    spec["initContainers"] = [a_container("500m")]
    assert {"requests.cpu": "1"} == texts(spec)


def test_a_sidecar_counts_beside_the_containers_and_later_init_containers() -> None:
    sidecar = a_container("1", restartPolicy="Always")
    spec = {"containers": [a_container("1")], "initContainers": [sidecar, a_container("4")]}

    assert {"requests.cpu": "5"} == texts(spec)


def test_a_limit_alone_is_the_request_too() -> None:
    spec = {"containers": [{"name": "c", "resources": {"limits": {"nvidia.com/gpu": "2"}}}]}

    assert {"requests.nvidia.com/gpu": "2", "limits.nvidia.com/gpu": "2"} == texts(spec)
