/** The signatures beside an archive; empty where there is none. */
export interface Signatures {
  /** 64 bytes, as `openssl pkeyutl -sign -rawin` writes them: the file `.sig`. */
  openssl: Buffer
  /** The text of the file `.minisig`. */
  minisign: string
}

/** The keys that a target trusts, and which of them has signed. */
export interface Signer {
  /** How many keys are trusted. None: no signature is asked for. */
  trusted: number
  /** The file name of the key; undefined if none has signed. */
  signer: string | undefined
}

/**
 * Looks for the trusted key that has signed some content. Every file of the folder has to be a public Ed25519 key: PEM
 * (`.pem`), or minisign's (`.pub`). See https://jedisct1.github.io/minisign/#signature-format: `Ed` signs the content, `ED` its
 * BLAKE2b-512; a second signature covers the first one and the trusted comment.
 *
 * Its text is also sent to hosts that have nothing but Node.js: it uses nothing from outside its body.
 *
 * @throws Error that names a file which is not such a key
 */
export function findSigner(content: Buffer, folder: string, { openssl, minisign }: Signatures): Signer {
  const { createHash, createPublicKey, verify } = process.getBuiltinModule('node:crypto')
  const { existsSync, readdirSync, readFileSync } = process.getBuiltinModule('node:fs')
  const [, signed = '', comment = '', signedComment = ''] = minisign.split(/\r?\n/)
  // The algorithm (2 bytes), the number of the key (8), the signature (64).
  const packet = Buffer.from(signed, 'base64')
  const [algorithm, signature] = [packet.toString('latin1', 0, 2), packet.subarray(10)]

  const hasSignedPem = (text: string): boolean => {
    const key = createPublicKey(text)
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('it is not an Ed25519 key')
    return openssl.length === 64 && verify(null, content, key, openssl)
  }
  const hasSignedMinisign = (text: string): boolean => {
    // The algorithm (2 bytes), the number of the key (8), the key (32).
    const raw = Buffer.from(text.trim().split('\n').at(-1)!, 'base64')
    if (raw.length !== 42 || raw.toString('latin1', 0, 2) !== 'Ed') throw new Error('it is not a key of minisign')
    if (packet.length !== 74 || !packet.subarray(2, 10).equals(raw.subarray(2, 10))) return false
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url', 10) },
      format: 'jwk',
    })
    if (algorithm !== 'Ed' && algorithm !== 'ED') return false
    const message = algorithm === 'ED' ? createHash('blake2b512').update(content).digest() : content
    const trustedComment = Buffer.from(comment.replace(/^trusted comment: /, ''))
    const sealed = Buffer.concat([signature, trustedComment])
    return verify(null, message, key, signature) && verify(null, sealed, key, Buffer.from(signedComment, 'base64'))
  }
  const hasSigned = (name: string): boolean => {
    const file = `${folder}/${name}`
    try {
      const text = readFileSync(file, 'utf8')
      if (name.endsWith('.pem')) return hasSignedPem(text)
      if (name.endsWith('.pub')) return hasSignedMinisign(text)
      throw new Error('its name must end with .pem or .pub')
    } catch (error) {
      throw new Error(`${file} is not a public key: ${(error as Error).message}`)
    }
  }

  // All of them are read, so that a damaged one is noticed regardless of who has signed.
  const names = existsSync(folder) ? readdirSync(folder).filter(name => !name.startsWith('.')) : []
  const signers = names.filter(hasSigned)
  return { trusted: names.length, signer: signers[0] }
}
