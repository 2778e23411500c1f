import { createHash, createPrivateKey, createPublicKey, type KeyObject, scrypt, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { releaseError } from '../errors.ts'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/** What is signed. */
export interface SignedContent {
  content: Buffer
  /** The file's name, for minisign's trusted comment. */
  name: string
  /** Also for the trusted comment. */
  time: Date
}

/** A secret key of minisign. */
export interface MinisignKey {
  /** Its number, 8 bytes, by which its signatures name it. */
  number: Buffer
  key: KeyObject
}

/** Algorithms of signature, key derivation and checksum (2 bytes each), salt (32), limits of work and memory (8 each), secret (104). */
const LENGTH = 158
const SECRET = 54
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Reads a secret key of minisign: https://jedisct1.github.io/minisign/#secret-key-format. Its checksum is not needed: it holds the
 * public key as well, which belongs to the secret one only if both were decrypted by the right password.
 *
 * @throws signing_key_invalid, signing_password_missing, signing_password_wrong
 */
export async function readMinisignKey(file: string, text: string, password: string | undefined): Promise<MinisignKey> {
  const raw = Buffer.from(text.trim().split('\n').at(-1) ?? '', 'base64')
  const [algorithm, derivation] = [raw.toString('latin1', 0, 2), raw.toString('latin1', 2, 4)]
  if (raw.length !== LENGTH || algorithm !== 'Ed' || (derivation !== 'Sc' && derivation !== '\0\0')) {
    throw releaseError('signing_key_invalid', { file, reason: 'it is neither PEM nor a secret key of minisign' })
  }
  const isEncrypted = derivation === 'Sc'
  if (isEncrypted && password === undefined) throw releaseError('signing_password_missing', { file })
  const secret = isEncrypted ? await decrypt(raw, password!) : raw.subarray(SECRET)
  const [number, seed, publicKey] = [secret.subarray(0, 8), secret.subarray(8, 40), secret.subarray(40, 72)]
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  if (createPublicKey(key).export({ format: 'jwk' }).x !== publicKey.toString('base64url')) {
    if (isEncrypted) throw releaseError('signing_password_wrong', { file })
    throw releaseError('signing_key_invalid', { file, reason: 'its public part does not belong to its secret part' })
  }
  return { number, key }
}

async function decrypt(raw: Buffer, password: string): Promise<Buffer> {
  const cost = scryptCost(Number(raw.readBigUInt64LE(38)), Number(raw.readBigUInt64LE(46)))
  const stream = await derive(password, raw.subarray(6, 38), LENGTH - SECRET, cost)
  return Buffer.from(raw.subarray(SECRET).map((byte, index) => byte ^ stream[index]!))
}

/** What scrypt takes for limits of work and memory, as `crypto_pwhash_scryptsalsa208sha256()` of libsodium computes it. */
function scryptCost(work: number, memory: number) {
  const r = 8
  const operations = Math.max(work, 32_768)
  const isBoundByWork = operations < memory / 32
  const most = isBoundByWork ? operations / (4 * r) : memory / (128 * r)
  const N = 2 ** Math.max(1, Math.floor(Math.log2(most)))
  const p = isBoundByWork ? 1 : Math.max(1, Math.floor(Math.min(operations / 4 / N, 0x3fffffff) / r))
  return { N, r, p, maxmem: 128 * r * (N + p + 2) + 1024 }
}

/** The text of a signature of the content's BLAKE2b-512. The same key and content give the same text. */
export function minisignSignature({ content, name, time }: SignedContent, { number, key }: MinisignKey): Buffer {
  const signature = sign(null, createHash('blake2b512').update(content).digest(), key)
  const comment = `timestamp:${Math.floor(time.getTime() / 1000)}\tfile:${name}\thashed`
  const lines = [
    'untrusted comment: signature by arlen release',
    Buffer.concat([Buffer.from('ED'), number, signature]).toString('base64'),
    `trusted comment: ${comment}`,
    sign(null, Buffer.concat([signature, Buffer.from(comment)]), key).toString('base64'),
  ]
  return Buffer.from(`${lines.join('\n')}\n`)
}
