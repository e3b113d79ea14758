"""The config of the running stack, as the engine has it."""

import json

import pulumi
from pulumi.runtime import config as runtime_config

from tenancy.config import EngineConfig
from tenancy.config.document import JSON

__all__ = ["engine_config"]


def engine_config() -> EngineConfig:
    """Return our keys of the config, decoded, and which of them are secret."""
    prefix = f"{pulumi.get_project()}:"
    given = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    secret = runtime_config.get_config_secret_keys_env()
    return EngineConfig(
        stack=pulumi.get_stack(),
        values={
            key.removeprefix(prefix): _value(text)
            for key, text in given.items()
            if key.startswith(prefix)
        },
        secret=frozenset(
            key.removeprefix(prefix)
            for key in given
            if key.startswith(prefix)
            and (key in secret or runtime_config.is_config_secret(key))
        ),
    )


def _value(text: str) -> JSON:
    """Return a config value: the engine encodes only lists and mappings as JSON."""
    if text[:1] in {"{", "["}:
        try:
            decoded: JSON = json.loads(text)
        except json.JSONDecodeError:
            return text
        return decoded
    return text
