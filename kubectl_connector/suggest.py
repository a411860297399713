"""Suggest the known word that somebody may have meant by an unknown one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MEANINGS = {
    # commands
    "register": "add create import make new save",
    "update": "change edit modify patch set",
    "renew": "rotate reissue mint extend",
    "rename": "mv move",
    "delete": "rm remove del destroy forget unregister",
    "prune": "clean cleanup gc purge",
    "list": "ls get ll all current current-context contexts connectors get-contexts",
    "describe": "get show info inspect cat explain",
    "verify": "check test ping status validate whoami doctor",
    "list-resources": "resources clusters get-clusters",
    "list-types": "types list-type",
    "describe-type": "type auth-methods methods fields",
    "login": "use use-context switch activate connect enable signin sign-in ctx set-context",
    "logout": "unuse disable disconnect deactivate signout sign-out off",
    "credential": "token get-token creds credentials exec print-token",
    "store": "secrets secret passphrase lock unlock rekey",
    "store export": "export backup dump",
    "store import": "import restore",
    "config": "settings setting preferences prefs configure",
    "completion": "autocomplete autocompletion complete",
    "version": "about",
    # below config and completion
    "view": "list ls show all",
    "set": "add change edit put",
    "unset": "delete del rm remove reset",
    "install": "add enable",
    "uninstall": "remove rm delete disable",
    # options
    "--certificate-authority": "--ca --ca-cert --ca-file --ca-crt --cacert --ca-bundle --root-ca",
    "--insecure-skip-tls-verify": (
        "--insecure -k --skip-tls --skip-tls-verify --no-tls-verify --insecure-skip-verify"
    ),
    "--server": "--cluster --url --host --endpoint --address --api-server --apiserver --master",
    "--cluster-name": "--cluster",
    "--client-certificate": "--cert --client-cert --certificate",
    "--client-key": "--key --private-key",
    "--username": "--user -u",
    "--password-stdin": "--pass --passwd",
    "--token-stdin": "--bearer --bearer-token",
    "--auto-configure": "--auto --autoconfigure --from-kubeconfig --current",
    "--context": "--ctx --kube-context --from-context --context-name",
    "--selector": "--cluster --filter --where --name",
    "--kubeconfig": "--config --kube-config --kubeconf --file -f",
    "--namespace": "--ns",
    "--label": "--labels --tag --tags",
    "--description": "--desc --note --comment -m",
    "--store": "--secret-store --backend --keyring --storage",
    "--auth-method": "--auth --method --auth-type",
    "--expires-at": "--expires --expiry --expiration --ttl --expires-in --valid-until",
    "--login-mode": "--mode",
    "--output": "--format --out --template",
    "--yes": "--force --assume-yes --no-input --non-interactive --confirm -f",
    "--all": "--every -A -a",
    "--interactive": "--ask --prompt --wizard",
    "--no-verify": "--skip-verify --offline --no-check",
    "--no-set-current": "--no-switch --no-current --keep-current --no-use",
    "--overwrite": "--force --replace -f",
    "--exec": "--plugin",
    "--show-secrets": "--reveal --secrets --show-secret --show-token --raw",
    "--proxy-url": "--proxy --http-proxy --https-proxy",
    "--tls-server-name": "--server-name --sni --hostname",
    "--timeout": "--request-timeout --wait",
    "--verbose": "--debug -d",
    "--version": "-V",
}
"""Words of ours, and the words that people know for them from kubectl and from elsewhere."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """A hint such as ``did you mean prod? All names: …``, or just ``otherwise``."""
    near = nearest(word, list(known))
    if not near:
        return otherwise
    return f"did you mean {' or '.join(near)}? {otherwise[:1].upper()}{otherwise[1:]}"


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """The known words that mean what ``word`` means elsewhere; else the one nearest in letters."""
    import difflib

    meant = [ours for ours, others in MEANINGS.items() if word in others.split() and ours in known]
    return meant or difflib.get_close_matches(word, known, n=1)
