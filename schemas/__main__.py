"""`python -m schemas > docs/asyncapi.json` prints the AsyncAPI description of the devices' contract."""

import json
import sys

from schemas.asyncapi import document


def main() -> None:
    json.dump(document(), sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
