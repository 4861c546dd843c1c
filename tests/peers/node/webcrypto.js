// Debian 12 has Node 18, where Web Cryptography has to be put into its global place by hand.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
