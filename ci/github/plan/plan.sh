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
    # A comment has at most 65,536 characters; whole lines, so that no character is cut.
    awk '{ size += length($0) + 1; if (size > 60000) { print "(more in the log of the job)"; exit } print }' check.txt
    printf '```\n'
  } > comment-check.md
  code=$status
else
  printf '%s\n### Tenancy: the check finds no error\n' "$marker" > comment-check.existing.md
  if [ -n "${SINCE:-}" ]; then
    set --
    for stack in $STACKS; do set -- "$@" --stack "$stack"; done
    # One comment. Without --strict, which refuses a plan that has not read the cluster.
    tenancy plan "$@" --since "$SINCE" --markdown > comment-plan.md && status=0 || status=$?
    case $status in
      0 | 2) ;; # nothing changes, or something does
      *) code=$status ;; # refused or failed
    esac
  else
    for stack in $STACKS; do
      tenancy plan --strict --require-kubeconfig .kubeconfig --stack "$stack" --markdown > "comment-$stack.md" && status=0 || status=$?
      case $status in
        0 | 2) ;; # nothing changes, or something does
        *) code=$status ;; # refused or failed; the other stacks are still planned
      esac
    done
  fi
fi
echo "code=$code" >> "$GITHUB_OUTPUT"
