"""The commands as completion knows them. Made by: make generate; don't edit."""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would be imported at every press of a key
if TYPE_CHECKING:
    from kubectl_connector.completion.complete import Tree

TREE: Tree = {
    "": (
        "Named ways into Kubernetes clusters: credentials in your keyring, contexts in kubectl.",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("--version",), None, False, "Show the version and exit"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "register": (
        "Make a connector",
        (
            (
                ("--auto-configure",),
                None,
                False,
                "Take it from the current context of the kubeconfig",
            ),
            (("--context",), "contexts", False, "Take it from this context of the kubeconfig"),
            (("--kubeconfig",), "FILE", False, "The kubeconfig"),
            (("--server",), "", False, "The API server, https://HOST:PORT"),
            (("--certificate-authority",), "FILE", False, "CA certificates to trust, PEM"),
            (
                ("--insecure-skip-tls-verify", "--no-insecure-skip-tls-verify"),
                None,
                False,
                "Trust any certificate: whoever is in between can read everything",
            ),
            (("--tls-server-name",), "", False, "The name to verify instead"),
            (("--proxy-url",), "", False, "Go through this http or socks5 proxy"),
            (("--cluster-name",), "", False, "What to call the cluster"),
            (("-n", "--namespace"), "namespaces", False, "The namespace of its contexts"),
            (("--description",), "", False, "A note for people"),
            (("-l", "--label"), "labels", True, "A label"),
            (("--store",), ("file", "keyring"), False, "Where secrets go: keyring or file"),
            (
                ("--login-mode",),
                ("embed", "exec"),
                False,
                "How login does it: embed or exec (no secret)",
            ),
            (
                ("--expires-at",),
                "",
                False,
                "When the credential ends, where it names no earlier time itself (RFC 3339)",
            ),
            (
                ("--auth-method",),
                ("client-certificate", "exec", "password", "token"),
                False,
                "Default: the one that your options fit",
            ),
            (("--client-certificate",), "FILE", False, "Client certificate, PEM"),
            (("--client-key",), "FILE", False, "Its private key, PEM"),
            (("--username",), "", False, "Username"),
            (("--password-stdin",), None, False, "Read the password on stdin"),
            (("--password-file",), "FILE", False, "Read the password from a file, once"),
            (("--token-stdin",), None, False, "Read the bearer token on stdin"),
            (("--token-file",), "FILE", False, "Read the bearer token from a file, once"),
            (("-i", "--interactive"), None, False, "Ask for all that is not given"),
            (("--no-verify",), None, False, "Do not ask the cluster whether it works"),
            (("--timeout",), "", False, "Wait so long for a cluster"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("", False),),
    ),
    "update": (
        "Change a connector, or renew its credential",
        (
            (("--kubeconfig",), "FILE", False, "The kubeconfig"),
            (("--server",), "", False, "The API server, https://HOST:PORT"),
            (("--certificate-authority",), "FILE", False, "CA certificates to trust, PEM"),
            (
                ("--insecure-skip-tls-verify", "--no-insecure-skip-tls-verify"),
                None,
                False,
                "Trust any certificate: whoever is in between can read everything",
            ),
            (("--tls-server-name",), "", False, "The name to verify instead"),
            (("--proxy-url",), "", False, "Go through this http or socks5 proxy"),
            (("--cluster-name",), "", False, "What to call the cluster"),
            (("-n", "--namespace"), "namespaces", False, "The namespace of its contexts"),
            (("--description",), "", False, "A note for people"),
            (("-l", "--label"), "labels", True, "A label"),
            (("--store",), ("file", "keyring"), False, "Where secrets go: keyring or file"),
            (
                ("--login-mode",),
                ("embed", "exec"),
                False,
                "How login does it: embed or exec (no secret)",
            ),
            (
                ("--expires-at",),
                "",
                False,
                "When the credential ends, where it names no earlier time itself (RFC 3339)",
            ),
            (
                ("--auth-method",),
                ("client-certificate", "exec", "password", "token"),
                False,
                "Default: the one that your options fit",
            ),
            (("--client-certificate",), "FILE", False, "Client certificate, PEM"),
            (("--client-key",), "FILE", False, "Its private key, PEM"),
            (("--username",), "", False, "Username"),
            (("--password-stdin",), None, False, "Read the password on stdin"),
            (("--password-file",), "FILE", False, "Read the password from a file, once"),
            (("--token-stdin",), None, False, "Read the bearer token on stdin"),
            (("--token-file",), "FILE", False, "Read the bearer token from a file, once"),
            (
                ("--auto-configure",),
                None,
                False,
                "Take it anew from the context that it was made from",
            ),
            (("--context",), "contexts", False, "Take it anew from this context instead"),
            (("--no-verify",), None, False, "Do not ask the cluster whether it works"),
            (("--timeout",), "", False, "Wait so long for a cluster"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", False),),
    ),
    "rename": (
        "Give a connector another name",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", False), ("", False)),
    ),
    "delete": (
        "Forget connectors, secrets included",
        (
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (("-y", "--yes"), None, False, "Do not ask"),
            (("--force",), None, False, "Also where the secret itself can't be deleted"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "prune": (
        "Remove secrets that no connector refers to",
        (
            (("-y", "--yes"), None, False, "Do not ask"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "list": (
        "What you have, and when it expires",
        (
            (("--kubeconfig",), "FILE", False, "The kubeconfig"),
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (("--sort-by",), "", False, "Sort by a field of -o json, such as .expiresAt"),
            (("--no-headers",), None, False, "Columns without their titles"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "describe": (
        "Everything about one connector, secrets hidden",
        (
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (("--show-secrets",), None, False, "Read the secrets from their store, and show"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "verify": (
        "Ask clusters whether connectors work",
        (
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (("--all",), None, False, "Verify every connector"),
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (("--sort-by",), "", False, "Sort by a field of -o json, such as .expiresAt"),
            (("--no-headers",), None, False, "Columns without their titles"),
            (("--timeout",), "", False, "Wait so long for a cluster"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "list-resources": (
        "The clusters that connectors give access to",
        (
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (("--sort-by",), "", False, "Sort by a field of -o json, such as .expiresAt"),
            (("--no-headers",), None, False, "Columns without their titles"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "list-types": (
        "The types of connector there are",
        (
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (("--no-headers",), None, False, "Columns without their titles"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "describe-type": (
        "A type's authentication methods and fields",
        (
            (
                ("--auth-method",),
                ("client-certificate", "exec", "password", "token"),
                False,
                "Only this authentication method",
            ),
            (
                ("-o", "--output"),
                ("custom-columns=", "json", "jsonpath=", "name", "table", "wide", "yaml"),
                False,
                "table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=TITLE:PATH,…",
            ),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        ((("kubernetes",), False),),
    ),
    "login": (
        "Let kubectl use a connector",
        (
            (("--context",), "contexts", False, "The context"),
            (("-n", "--namespace"), "namespaces", False, "The context's namespace"),
            (("--kubeconfig",), "FILE", False, "The kubeconfig"),
            (("--no-set-current",), None, False, "Leave the current context as it is"),
            (("--overwrite",), None, False, "Replace entries that have the name"),
            (
                ("--lock-timeout",),
                "",
                False,
                "Wait so long for a program that is writing the kubeconfig",
            ),
            (
                ("--break-lock",),
                None,
                False,
                "Remove a kubeconfig's lock that was left behind more than --lock-timeout ago",
            ),
            (
                ("--exec", "--embed"),
                None,
                False,
                "Let kubectl ask us for the credential at every call, or put it into the file",
            ),
            (
                ("--exec-command",),
                ("auto", "path", "name"),
                False,
                "How the stanza names us: by our path, or by name for machines that differ",
            ),
            (("--exec-api-version",), ("v1", "v1beta1"), False, "The stanza's version"),
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "logout": (
        "Take connectors out of the kubeconfig again",
        (
            (("--kubeconfig",), "FILE", False, "The kubeconfig"),
            (
                ("--lock-timeout",),
                "",
                False,
                "Wait so long for a program that is writing the kubeconfig",
            ),
            (
                ("--break-lock",),
                None,
                False,
                "Remove a kubeconfig's lock that was left behind more than --lock-timeout ago",
            ),
            (
                ("-l", "--selector"),
                "SELECTOR",
                True,
                "Those with these labels, as kubectl's -l: team=a,env!=dev,tier in (1,2),!old",
            ),
            (("--all",), None, False, "Every connector"),
            (("--force",), None, False, "Also where what login replaced can't be given back"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", True),),
    ),
    "credential": (
        "What kubectl runs for a credential",
        (
            (("--id",), "", False, "The connector's id, whatever it is called now"),
            (("--force",), None, False, "Print the secret though a person may read it"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("connectors", False),),
    ),
    "store": (
        "The passphrase, and all secrets at once",
        ((("-h", "--help"), None, False, "Show this message and exit"),),
        (),
    ),
    "store change-passphrase": (
        "Change the passphrase of the encrypted file",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "store lock": (
        "Forget the remembered key of the encrypted file",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "store export": (
        "Write every connector with its secrets to a new encrypted file",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("FILE", False),),
    ),
    "store import": (
        "Take in the connectors that store export wrote, with their secrets",
        (
            (("--overwrite",), None, False, "Replace connectors that have the same names"),
            (("--rename",), "", True, "Give one another name"),
            (("--store",), ("file", "keyring"), False, "Where secrets go"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (("FILE", False),),
    ),
    "config": (
        "Your defaults",
        ((("-h", "--help"), None, False, "Show this message and exit"),),
        (),
    ),
    "config view": (
        "Every setting with its value",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "config get": (
        "One setting's value",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        ((("store", "login.mode", "login.exec-api-version", "file.remember"), False),),
    ),
    "config set": (
        "Change a setting",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (
            (("store", "login.mode", "login.exec-api-version", "file.remember"), False),
            ("setting values", False),
        ),
    ),
    "config unset": (
        "Go back to a setting's default",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        ((("store", "login.mode", "login.exec-api-version", "file.remember"), False),),
    ),
    "completion": (
        "Let the TAB key complete",
        ((("-h", "--help"), None, False, "Show this message and exit"),),
        (),
    ),
    "completion install": (
        "Let kubectl complete its connector command",
        (
            (("--dir",), "FOLDER", False, "The folder"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "completion uninstall": (
        "Remove the script again",
        (
            (("--dir",), "FOLDER", False, "The folder"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "completion bash": (
        "The script that completes the bare kubectl-connector in bash",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "completion zsh": (
        "The script that completes the bare kubectl-connector in zsh",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "completion fish": (
        "The script that completes the bare kubectl-connector in fish",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "completion powershell": (
        "The script that completes the bare kubectl-connector in PowerShell",
        (
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
    "version": (
        "The version of this program",
        (
            (("-o", "--output"), ("json",), False, "json, or nothing"),
            (("-v", "--verbose"), None, False, "Show details and the causes of errors"),
            (("-h", "--help"), None, False, "Show this message and exit"),
        ),
        (),
    ),
}

SETTINGS: dict[str, tuple[str, ...]] = {
    "store": ("file", "keyring"),
    "login.mode": ("embed", "exec"),
    "login.exec-api-version": ("v1", "v1beta1"),
}

ALIASES: dict[str, str] = {"add": "register", "rm": "delete", "ls": "list", "use": "login"}
