"""Python imports this first: the folders beside it become parts of the packages of their names."""

from pathlib import Path

import kubectl_connector.auth
import kubectl_connector.stores

_HERE = Path(__file__).resolve().parent.parent
kubectl_connector.auth.__path__.append(str(_HERE / "auth"))
kubectl_connector.stores.__path__.append(str(_HERE / "stores"))
