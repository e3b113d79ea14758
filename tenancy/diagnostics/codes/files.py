"""Codes of findings: files."""

from typing import Final

from tenancy.diagnostics.codes.code import Code, Group
from tenancy.diagnostics.severity import Severity

__all__ = ["GROUP"]

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_NOT_CHECKED: Final = Severity.NOT_CHECKED

GROUP: Final = Group(
    "Files",
    (
        Code(
            "file-missing",
            "a file that is named does not exist",
            "`organizations: {acme: {file: acme.yml}}`",
            "create the file, or correct the name",
        ),
        Code(
            "file-unreadable",
            "a file cannot be opened",
            "a folder called `Pulumi.dev.yaml`",
            "check the file's name and permissions",
        ),
        Code(
            "file-outside",
            "a link that leads out of the project",
            "`organizations/acme.yaml`, a link to `/etc/passwd`",
            "replace the link by the file itself",
        ),
        Code(
            "file-special",
            "a pipe, a socket or a device in place of a file",
            "a pipe called `Pulumi.dev.yaml`",
            "replace it by a regular file",
        ),
        Code(
            "file-not-read",
            "a file that this stack does not use has errors, so comparisons leave it out",
            "a syntax error in `Pulumi.prod.yaml`, at `--stack dev`",
            "correct that file; `tenancy check` lists its errors",
            (_NOT_CHECKED,),
        ),
        Code(
            "revision-not-read",
            "a stack's files have errors at the revision to compare with",
            "`tenancy plan --since v1`, where `Pulumi.dev.yaml` was not valid YAML",
            "compare with a revision whose files have no errors",
            (_NOT_CHECKED,),
        ),
        Code(
            "file-extension",
            "a stack file or an organization that does not end with .yaml is not read",
            "`Pulumi.prod.yml`",
            "rename the file",
        ),
        Code(
            "stack-without-config",
            "a stack file without one of Tenancy's keys; an error if no stack has any",
            "an empty `Pulumi.dev.yaml`",
            "write the config of the stack, or remove the file",
            (_ERROR, _WARNING),
        ),
        Code(
            "organization-unused",
            "no stack names the organization",
            "`organizations/globex.yaml`",
            "name the organization under `organizations` of a stack, or remove the file",
            (_WARNING,),
        ),
        Code(
            "config-namespace",
            "Tenancy's keys under another project's name",
            "`tenancy:cluster` in the project `fleet`",
            "write `fleet:cluster`",
        ),
        Code(
            "sandbox-salt",
            "the salt of the sandbox's public passphrase in the file of another cluster's stack",
            "`encryptionsalt` of a shipped stack file, with `tenancy:cluster: eu-1`",
            "remove the line; Pulumi writes a salt for a passphrase of your own",
        ),
        Code(
            "config-secret",
            "an encrypted value under one of Tenancy's keys",
            "`tenancy:cluster: {secure: …}`",
            "write the value in plain text",
        ),
        Code(
            "stack-config-no-mapping",
            "`config` is not a mapping",
            "`config: [dev]`",
            "indent its keys below it",
        ),
        Code(
            "unknown-key",
            "a key that Tenancy does not know",
            "`enviroment: dev`",
            "write the nearest known key",
        ),
        Code(
            "missing-key",
            "a required key is missing",
            "an organization without `prefix`",
            "add the key",
        ),
        Code(
            "wrong-key",
            "a key with a form that is not allowed",
            "a namespace's label called `1`",
            "rename the key",
        ),
        Code(
            "wrong-type",
            "a value of the wrong type",
            "`pods: [20]`",
            "write the type that the finding names",
        ),
        Code(
            "wrong-number",
            "a number out of its range",
            "`limits: {namespaces: 0}`",
            "write a number within the range",
        ),
        Code(
            "wrong-text",
            "text that is too short, too long, or of another form",
            '`prefix: ""`',
            "write a text of the allowed form and length",
        ),
        Code(
            "wrong-count",
            "too few or too many entries",
            "an empty list",
            "add or remove entries",
        ),
        Code(
            "wrong-value",
            "a value that its key does not take",
            "`perGpu: x`",
            "write an allowed value",
        ),
        Code(
            "refused-value",
            "a value that a rule of the format does not allow",
            "both forms of a key at once",
            "write an allowed value",
        ),
        Code(
            "invalid-quantity",
            "a quantity that Kubernetes cannot read, or would silently change",
            "`requests.memory: 2GB`",
            "write a quantity such as `2Gi`",
        ),
        Code(
            "unknown-choice",
            "a word other than those that are allowed",
            "`enforce: privileged`",
            "write one of the allowed words",
        ),
        Code(
            "yaml-alias",
            "an anchor or an alias",
            "`quota: *small`",
            "write the value; use a profile for shared values",
        ),
        Code(
            "yaml-boolean-word",
            "an unquoted word that YAML 1.1 reads as true or false",
            "`name: no`",
            'write `"no"`, or `false`',
        ),
        Code(
            "yaml-control-character",
            "a character that some editors do not show",
            "U+200B in a name",
            "delete the character",
        ),
        Code("yaml-directive", "a line that begins with `%`", "`%YAML 1.1`", "remove it"),
        Code(
            "yaml-duplicate-key",
            "a key is written twice",
            "two `quota:` in a profile",
            "remove one of them",
        ),
        Code("yaml-key-not-text", "a key that is not text", "`1: x`", "put it in quotes"),
        Code(
            "yaml-large-number",
            "a number of more than 64 bits",
            "`99999999999999999999`",
            "put the number in quotes",
        ),
        Code("yaml-merge-key", "the merge key `<<`", "`<<: *small`", "write the keys"),
        Code("yaml-not-finite", "`.inf` or `.nan`", "`overcommit: .inf`", "write a number"),
        Code(
            "yaml-not-utf8",
            "a file in another encoding than UTF-8",
            "a file saved as Latin-1",
            "save the file as UTF-8",
        ),
        Code(
            "yaml-number-base", "hexadecimal or binary digits", "`0x10`", "write decimal digits"
        ),
        Code(
            "yaml-octal",
            "a number with a leading zero",
            "`0755`",
            "remove the zero, or use quotes",
        ),
        Code(
            "yaml-several-documents",
            "`---` in the middle of a file",
            "two documents in a file",
            "make a file of each document",
        ),
        Code(
            "yaml-sexagesimal",
            "digits with colons, which YAML 1.1 reads as one number",
            "`12:30:45`",
            "use quotes",
        ),
        Code("yaml-syntax", "text that is not valid YAML", "an unclosed bracket", "close it"),
        Code("yaml-tab", "a tab in the indentation", "a tab before a key", "use spaces"),
        Code("yaml-tag", "a YAML tag", "`!!str 1`", "use quotes"),
        Code("yaml-timestamp", "an unquoted date", "`2026-01-01`", "use quotes"),
        Code(
            "yaml-too-deep",
            "values nested too deeply",
            "more than 32 levels",
            "use fewer levels",
        ),
        Code(
            "yaml-too-large",
            "a stack's file of more than 8 MiB, or an organization's of more than 1 MiB",
            "one file for a thousand organizations",
            "make a file for each organization",
        ),
        Code(
            "yaml-long-value",
            "a key or a value of more than 4096 characters",
            "a file pasted into an annotation",
            "shorten the text",
        ),
        Code(
            "yaml-too-many-entries",
            "a mapping or a list of more than 5000 entries",
            "a hundred thousand unknown keys",
            "remove entries that do not belong there, or split it",
        ),
        Code(
            "too-many-mistakes",
            "a file with more mistakes than are listed",
            "a file of another format",
            "correct the mistakes that are listed, then check again",
        ),
        Code(
            "yaml-too-many-traps",
            "so many errors that the rest of the file was not read",
            "a file of another format",
            "correct the mistakes that are listed, then check again",
        ),
        Code(
            "yaml-underscore-number",
            "digits with underscores",
            "`1_000`",
            "remove the underscores",
        ),
    ),
)
