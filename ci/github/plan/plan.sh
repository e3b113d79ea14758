#!/usr/bin/env bash
# Writes what is to be commented into comment-*.md, and the exit code into $GITHUB_OUTPUT.
# A file *.existing.md only replaces a comment that is there already.
#
# STACKS: the stacks, with spaces between them. SINCE: the revision to compare with, from files
# alone; empty if the cluster is read.
set -u
code=0
marker="<!-- tenancy-check: $STACKS -->"

tenancy check --strict --no-color > check.txt 2>&1 && status=0 || status=$?
if [ "$status" -ne 0 ]; then
  tenancy check --strict --format github || true
  {
    printf '%s\n### Tenancy: the check refuses this change\n\n```text\n' "$marker"
    # A comment has at most 65,536 characters.
    head -c 60000 check.txt
    printf '\n```\n'
  } > comment-check.md
  code=$status
else
  printf '%s\n### Tenancy: the check finds no error\n' "$marker" > comment-check.existing.md
  for stack in $STACKS; do
    if [ -n "${SINCE:-}" ]; then
      tenancy plan --strict --stack "$stack" --since "$SINCE" --markdown > "comment-$stack.md" && status=0 || status=$?
    else
      tenancy plan --strict --require-kubeconfig .kubeconfig --stack "$stack" --markdown > "comment-$stack.md" && status=0 || status=$?
    fi
    case $status in
      0 | 2) ;; # nothing changes, or something does
      *) code=$status ;; # refused or failed; the other stacks are still planned
    esac
  done
fi
echo "code=$code" >> "$GITHUB_OUTPUT"
