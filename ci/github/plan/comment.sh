#!/usr/bin/env bash
# Writes each comment-*.md as a comment of the pull request NUMBER. A comment that begins with
# the same line is replaced, but only if the bot of this workflow wrote it.
set -eu
comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"
for file in comment-*.md; do
  [ -s "$file" ] || continue
  marker=$(head -n 1 "$file")
  id=$(gh api --paginate "$comments" | jq -r --arg marker "$marker" \
    '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith($marker))) | .id' | head -n 1)
  if [ -n "$id" ]; then
    gh api -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@"$file"
  else
    case $file in
      *.existing.md) ;;
      *) gh api -X POST "$comments" -F body=@"$file" ;;
    esac
  fi
done
