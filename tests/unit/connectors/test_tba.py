"""Signatures of token-based authentication."""

from streak_netsuite.connectors.netsuite.tba import PassportSigner, TokenCredentials, new_nonce, sign

# The vector of Oracle's help page "The Signature for Web Services and RESTlets".
CREDENTIALS = TokenCredentials(
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token_id="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)


def test_oracles_vector_is_reproduced() -> None:
    signature = sign(CREDENTIALS, realm="123456", nonce="fjaLirsIcCGVZWzBX0pg", timestamp=1508242306)
    assert signature == "tIcC5zyKUmycB5Ml/cNxOHDusw03Y5KPQiXVNUHHp4U="


def test_every_passport_has_a_nonce_of_its_own() -> None:
    signer = PassportSigner(credentials=CREDENTIALS, realm="123456_SB1", clock=lambda: 1508242306.9)
    one, other = signer.passport(), signer.passport()
    assert one["nonce"] != other["nonce"]
    assert one["timestamp"] == 1508242306
    assert one["signature"]["algorithm"] == "HMAC-SHA256"
    assert one["signature"]["_value_1"] == sign(
        CREDENTIALS, realm="123456_SB1", nonce=one["nonce"], timestamp=1508242306
    )


def test_a_nonce_is_twenty_letters_and_digits() -> None:
    nonce = new_nonce()
    assert len(nonce) == 20
    assert nonce.isalnum()
    assert nonce.isascii()


def test_credentials_do_not_show_their_secrets() -> None:
    assert "d26ad321" not in repr(CREDENTIALS)
