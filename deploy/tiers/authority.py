"""A body's own authority: the key that signs its invitations and the certificate of its leaf listener."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.machine import HOST
from deploy.private_file import write_private
from deploy.trouble import Trouble

AUTHORITY_LASTS = timedelta(days=3650)
LISTENER_LASTS = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=90)
_CLOCKS_MAY_DIFFER = timedelta(hours=1)


class DamagedAuthority(Trouble):
    """The authority's files are missing or not what this program wrote."""


class WrongSignature(Trouble):
    """Something was not signed by the authority that it names."""


@dataclass(frozen=True)
class AuthorityFiles:
    """Where an authority lies in the folder of its body; keys have mode 0600 like all that is written there."""

    folder: Path

    @property
    def key(self) -> Path:
        """The authority's private key, PEM."""
        return self.folder / "authority.key"

    @property
    def certificate(self) -> Path:
        """The authority's own certificate, PEM; children keep a copy."""
        return self.folder / "authority.crt"

    @property
    def listener_key(self) -> Path:
        """Private key of the leaf listener, PEM."""
        return self.folder / "leaf.key"

    @property
    def listener_certificate(self) -> Path:
        """Certificate of the leaf listener, PEM, signed by the authority."""
        return self.folder / "leaf.crt"


class Authority:
    """The authority of one body, read from its files."""

    def __init__(self, files: AuthorityFiles, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._files = files
        self._key = key
        self._certificate = certificate

    @classmethod
    def make(cls, files: AuthorityFiles, body: str, now: datetime) -> Authority:
        """A new authority for ``body``, written to its files."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(f"Doorstep authority of {body}")
        certificate = (
            _certificate(name, name, key.public_key(), now, AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        write_private(files.key, _key_text(key))
        write_private(files.certificate, _text(certificate))
        return cls(files, key, certificate)

    @classmethod
    def read(cls, files: AuthorityFiles) -> Authority:
        """Raises :class:`DamagedAuthority`."""
        try:
            key = load_pem_private_key(files.key.read_bytes(), password=None)
            certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise DamagedAuthority(f"the authority in {files.folder} cannot be read: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise DamagedAuthority(f"{files.key} holds another kind of key than this program makes")
        return cls(files, key, certificate)

    @property
    def certificate(self) -> str:
        """PEM."""
        return _text(self._certificate)

    def sign(self, content: bytes) -> bytes:
        """ECDSA over P-256 with SHA-256, DER."""
        return self._key.sign(content, ec.ECDSA(SHA256()))

    def certify_listener(self, hosts: tuple[str, ...], now: datetime) -> None:
        """See to it that the listener's certificate names ``hosts`` (and loopback) and lasts a while yet."""
        wanted = tuple(dict.fromkeys((*hosts, HOST, "localhost")))
        if _serves(self._files.listener_certificate, wanted, now) and self._files.listener_key.exists():
            return
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _certificate(_name(wanted[0]), self._certificate.subject, key.public_key(), now, LISTENER_LASTS)
            .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in wanted]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, SHA256())
        )
        write_private(self._files.listener_key, _key_text(key))
        write_private(self._files.listener_certificate, _text(certificate))


def verify(certificate: str, content: bytes, signature: bytes) -> None:
    """Raises :class:`WrongSignature` unless the key of ``certificate`` (PEM) signed ``content``."""
    try:
        key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise WrongSignature("the certificate has another kind of key than invitations are signed with")
        key.verify(signature, content, ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise WrongSignature("the signature does not fit what was signed") from error


def fingerprint(certificate: str) -> str:
    """Eight groups of four, for two people to compare over the telephone: half of the SHA-256 of the certificate.

    Raises :class:`WrongSignature` when ``certificate`` is none.
    """
    try:
        digest = x509.load_pem_x509_certificate(certificate.encode()).fingerprint(SHA256()).hex()
    except ValueError as error:
        raise WrongSignature("the authority's certificate cannot be read") from error
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        # A child whose clock is a little behind may link all the same.
        .not_valid_before(now - _CLOCKS_MAY_DIFFER)
        .not_valid_after(now + lasts)
    )


def _serves(path: Path, hosts: tuple[str, ...], now: datetime) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    lasts = certificate.not_valid_after_utc - now.astimezone(UTC) > RENEWED_BEFORE
    return lasts and all(_general_name(host) in list(names) for host in hosts)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _key_text(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
