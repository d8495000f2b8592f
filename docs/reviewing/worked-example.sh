#!/bin/sh
# Two owners, two keys, a proposal that both agree to, and one that is rejected because it changed after signing.
# Runs in a throw-away repository; needs git, ssh-keygen and isthmus. docs/agreements.md shows what it prints.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
GIT_CONFIG_GLOBAL="$folder/gitconfig" GIT_CONFIG_NOSYSTEM=1 COLUMNS=110 NO_COLOR=1 TODAY=2026-12-01
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM COLUMNS NO_COLOR
git config --global user.name "A. Person"
git config --global user.email person@example.org

say() { printf '\n# %s\n' "$*"; }
run() { # run EXIT-CODE COMMAND…: show a command and what it prints; any other exit code ends the example
    expected=$1; shift
    printf '$ %s\n' "$*"
    code=0; "$@" 2>&1 || code=$?
    test "$code" -eq 0 || printf '(exit code %s)\n' "$code"
    test "$code" -eq "$expected"
}
judge() { # judge EXIT-CODE: the end of the report
    echo '$ isthmus check estate --evidence declared,attested'
    code=0; isthmus check estate --evidence declared,attested --today $TODAY > "$folder/report" 2>&1 || code=$?
    sed -n '/^crossing /,$p' "$folder/report"
    test "$code" -eq "$1"
}
commit() { git add . && git commit --quiet --message "$1"; }

say "A repository with an estate, two owners, and a key for each"
git init --quiet --initial-branch main .
isthmus init estate > /dev/null 2>&1
for person in ann ben; do ssh-keygen -q -t ed25519 -N "" -C "$person" -f "$folder/$person"; done
printf '%s\n' ann ann.pub ben ben.pub gitconfig report > .gitignore
mkdir estate/owners
{
    printf 'network-team/ann namespaces="isthmus" %s\n' "$(cut -d' ' -f1,2 ann.pub)"
    printf 'cloud-team/ben namespaces="isthmus",valid-before="20280101" %s\n' "$(cut -d' ' -f1,2 ben.pub)"
} > estate/owners/allowed_signers
commit "Who may sign"
run 1 isthmus status estate --today $TODAY

say "Both owners agree to the guidelines"
run 0 isthmus agree edition estate --as network-team --key ann --today $TODAY
run 0 isthmus agree edition estate --as cloud-team --key ben --today $TODAY
commit "The guidelines are agreed"

say "A proposal: the crossing gets the reason that XR204 asks for"
git switch --quiet --create proposal
cat > estate/crossings.yaml <<'EOF'
crossings:
  mirror:
    title: Instances fetch packages
    client: {networks: [instances]}
    arrives_as: [198.51.100.1/32]
    service: mirror
    attestations:
      - {requirement: XR204, by: Ann, on: 2026-12-01, says: "It serves the whole internet, so it stays in production."}
EOF
commit "Propose the mirror"
judge 3

say "One owner signs; the other is still to ask. The owner of a realm can be named by the realm"
run 0 isthmus agree mirror estate --as production --key ann --today $TODAY
run 1 isthmus status estate --today $TODAY
run 0 isthmus agree mirror estate --as cloud --key ben --today $TODAY
judge 0
commit "Both owners agree"
git switch --quiet main && git merge --quiet proposal

say "Another proposal changes the port after everybody has signed: nobody has agreed to that"
git switch --quiet --create sneaky
sed -i 's/port: 443/port: 22/' estate/services.yaml
commit "Tidy up"
run 1 isthmus status estate --today $TODAY
run 1 isthmus diff main:estate estate --today $TODAY
judge 3
git switch --quiet main && git branch --quiet --delete --force sneaky

say "Rejected: on the main branch everything stands as it was agreed"
judge 0
