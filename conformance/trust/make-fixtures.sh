#!/bin/sh
# Makes the fixtures of this directory again, with the real cosign 3.1.3, oras and crane (`cargo xtask
# setup` builds them). Signatures hold randomness: every run gives other bytes, and the same verdicts.
set -eu
cd "$(dirname "$0")"
bin=$(cd ../../target/peers/bin && pwd)
work=$(mktemp -d)
host=127.0.0.1:${PORT:-5719}
"$bin/crane" registry serve --address "$host" >"$work/log" 2>&1 &
registry=$!
trap 'kill $registry; rm -rf "$work"' EXIT
export COSIGN_PASSWORD=
types='application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
get() { curl -sf -H "Accept: $types" "http://$host/v2/acme/$1"; }
field() { python3 -c "import json,sys; d=json.load(sys.stdin); print(eval('d'+sys.argv[1]))" "$1"; }
for _ in 1 2 3 4 5 6 7 8 9 10; do curl -s "http://$host/v2/" >/dev/null && break; sleep 0.3; done

keys() { # name password
    (cd "$work" && COSIGN_PASSWORD=$2 "$bin/cosign" generate-key-pair --output-key-prefix "$1" 2>/dev/null)
    cp "$work/$1.key" "$work/$1.pub" .
}
keys cosign ""
keys other ""
keys locked secret

artifact() { # name: pushes it, prints its digest
    printf 'id: %s\n' "$1" >"$work/ruleset.yaml"
    (cd "$work" && "$bin/oras" push --plain-http "$host/acme/$1:1" ruleset.yaml \
        --artifact-type application/vnd.merlon.ruleset.v1 >/dev/null)
    "$bin/oras" resolve --plain-http "$host/acme/$1:1"
}
sign() { # key name digest [flags]
    key=$1 name=$2 digest=$3; shift 3
    "$bin/cosign" sign --key "$key.key" -y --allow-http-registry --use-signing-config=false \
        --tlog-upload=false "$@" "$host/acme/$name@$digest" 2>/dev/null
}
legacy() { # name digest file
    get "$1/manifests/sha256-${2#sha256:}.sig" >"$work/sig.json"
    field "['layers'][-1]['annotations']['dev.cosignproject.cosign/signature']" <"$work/sig.json" >"$3.sig"
    get "$1/blobs/$(field "['layers'][-1]['digest']" <"$work/sig.json")" >"$3.payload"
}
bundle() { # name digest file: the last referrer
    referrer=$(get "$1/manifests/sha256-${2#sha256:}" | field "['manifests'][-1]['digest']")
    get "$1/blobs/$(get "$1/manifests/$referrer" | field "['layers'][0]['digest']")" >"$3.bundle.json"
}

rules=$(artifact rules); echo "$rules" >rules.digest
sign cosign rules "$rules"; bundle rules "$rules" rules
sign cosign rules "$rules" --new-bundle-format=false -a env=prod; legacy rules "$rules" rules

another=$(artifact another); echo "$another" >another.digest
sign cosign another "$another"; bundle another "$another" another
sign cosign another "$another" --new-bundle-format=false; legacy another "$another" another

attested=$(artifact attested); echo "$attested" >attested.digest
echo '{"scan":"failed"}' >"$work/predicate.json"
"$bin/cosign" attest --key cosign.key -y --allow-http-registry --use-signing-config=false \
    --tlog-upload=false --type custom --predicate "$work/predicate.json" "$host/acme/attested@$attested" 2>/dev/null
bundle attested "$attested" attested
ls -1
