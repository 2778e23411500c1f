import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { releaseError } from '../errors.ts'
import { minisignSignature, readMinisignKey, type SignedContent } from './minisign.ts'

/** A key that signs archives. */
export interface SigningKey {
  /** A private Ed25519 key: PEM as of `openssl genpkey`, or minisign's. */
  file: string
  /** For a key that is encrypted. */
  password: string | undefined
}

/** The file of a signature. */
export interface SignatureFile {
  /** What its name has in addition to the archive's. */
  suffix: '.sig' | '.minisig'
  bytes: Buffer
}

/**
 * Signs in the format of the key.
 *
 * @throws signing_key_invalid, signing_password_missing, signing_password_wrong
 */
export async function signContent(signed: SignedContent, { file, password }: SigningKey): Promise<SignatureFile> {
  const text = await readFile(file, 'utf8').catch(cause => {
    throw releaseError('signing_key_invalid', { file, reason: (cause as Error).message }, { cause })
  })
  if (!text.startsWith('-----BEGIN')) {
    const key = await readMinisignKey(file, text, password)
    return { suffix: '.minisig', bytes: minisignSignature(signed, key) }
  }
  return { suffix: '.sig', bytes: sign(null, signed.content, pemKey(file, text, password)) }
}

function pemKey(file: string, text: string, password: string | undefined): KeyObject {
  const isEncrypted = text.includes('ENCRYPTED')
  if (isEncrypted && password === undefined) throw releaseError('signing_password_missing', { file })
  try {
    const key = createPrivateKey({ key: text, ...(isEncrypted && { passphrase: password! }) })
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    if (isEncrypted) throw releaseError('signing_password_wrong', { file }, { cause })
    throw releaseError('signing_key_invalid', { file, reason: (cause as Error).message }, { cause })
  }
  throw releaseError('signing_key_invalid', { file, reason: 'it is not an Ed25519 key' })
}
