import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes, scryptSync, sign } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { activateRelease, archiveRelease, initTarget } from '../src/index.ts'
import { findSigner } from '../src/signature/find-signer.ts'
import { temporaryFolder, writeRelease } from './support.ts'

const build = () => writeRelease(temporaryFolder(), { id: 'r1', files: { 'src/a.js': 'one' } })
const hasMinisign = spawnSync('minisign', ['-v']).error === undefined

/** A key pair of minisign, as `minisign -G` writes it but for the cost of its encryption. */
function minisignKeys({ password, name }: { password?: string; name: string }) {
  const folder = temporaryFolder()
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x, d } = privateKey.export({ format: 'jwk' })
  const [number, seed, point] = [randomBytes(8), Buffer.from(d!, 'base64url'), Buffer.from(x!, 'base64url')]
  // Nothing verifies the checksum of a secret key but minisign itself.
  const secret = Buffer.concat([number, seed, point, Buffer.alloc(32)])
  const salt = randomBytes(32)
  const limits = Buffer.alloc(16)
  limits.writeBigUInt64LE(32_768n, 0)
  limits.writeBigUInt64LE(16n * 2n ** 20n, 8)
  const stream = password === undefined ? Buffer.alloc(104) : scryptSync(password, salt, 104, { N: 1024, r: 8, p: 1 })
  const hidden = Buffer.from(secret.map((byte, index) => byte ^ stream[index]!))
  const derivation = password === undefined ? '\0\0' : 'Sc'
  const raw = Buffer.concat([Buffer.from(`Ed${derivation}B2`, 'latin1'), salt, limits, hidden])
  const keyFile = join(folder, `${name}.key`)
  writeFileSync(keyFile, `untrusted comment: minisign encrypted secret key\n${raw.toString('base64')}\n`)
  const line = Buffer.concat([Buffer.from('Ed'), number, point]).toString('base64')
  const publicText = `untrusted comment: minisign public key ${number.toString('hex')}\n${line}\n`
  return { keyFile, publicText, publicKey, privateKey, number }
}

async function targetTrusting(keys: Readonly<Record<string, string>>): Promise<string> {
  const target = temporaryFolder()
  await initTarget(target)
  mkdirSync(join(target, 'shared/keys'))
  for (const [name, text] of Object.entries(keys)) writeFileSync(join(target, 'shared/keys', name), text)
  return target
}

const activate = (target: string, release: string) => activateRelease({ target, release, canary: false })

describe('a key of minisign', () => {
  test.each([undefined, 'correct horse'])('signs what targets that trust it take (password: %j)', async password => {
    const ours = minisignKeys({ name: 'ours', ...(password !== undefined && { password }) })
    const other = minisignKeys({ name: 'other' })
    const { file, signatureFile } = await archiveRelease(await build(), { keyFile: ours.keyFile, password })
    expect(signatureFile).toBe(`${file}.minisig`)
    const distrusting = await targetTrusting({ 'other.pub': other.publicText })
    await expect(activate(distrusting, file)).rejects.toMatchObject({ code: 'signature_wrong' })
    const trusting = await targetTrusting({ 'other.pub': other.publicText, 'ours.pub': ours.publicText })
    expect(await activate(trusting, file)).toMatchObject({ to: 'r1' })
    rmSync(signatureFile!)
    await expect(activate(await targetTrusting({ 'ours.pub': ours.publicText }), file)).rejects.toMatchObject({
      code: 'signature_missing',
    })
  })

  test('signs the same archive with the same bytes, and names file and time of the commit', async () => {
    const { keyFile } = minisignKeys({ name: 'ours' })
    const texts = await Promise.all(
      [1, 2].map(async () => readFileSync((await archiveRelease(await build(), { keyFile })).signatureFile!, 'utf8')),
    )
    expect(texts[0]).toBe(texts[1])
    expect(texts[0]).toContain('\ntrusted comment: timestamp:1795953600\tfile:r1.tar.zst\thashed\n')
  })

  test.each<[string, { password?: string }, { password?: string | undefined }, string]>([
    ['without its password', { password: 'right' }, {}, 'signing_password_missing'],
    ['with another password', { password: 'right' }, { password: 'wrong' }, 'signing_password_wrong'],
  ])('is refused %s', async (_, own, given, code) => {
    const { keyFile } = minisignKeys({ name: 'ours', ...own })
    const signing = archiveRelease(await build(), { keyFile, ...given })
    await expect(signing).rejects.toMatchObject({ code, message: expect.stringMatching(/^[^\n]+$/) })
  })
})

describe('a signature of minisign is refused', () => {
  const content = Buffer.from('a release')

  function signature(
    keys: ReturnType<typeof minisignKeys>,
    algorithm: 'Ed' | 'ED' | 'Ex',
    comment = 'trusted comment: x',
  ) {
    const message = algorithm === 'ED' ? createHash('blake2b512').update(content).digest() : content
    const own = sign(null, message, keys.privateKey)
    const packet = Buffer.concat([Buffer.from(algorithm), keys.number, own]).toString('base64')
    const sealed = sign(null, Buffer.concat([own, Buffer.from('x')]), keys.privateKey).toString('base64')
    return `untrusted comment: y\n${packet}\n${comment}\n${sealed}\n`
  }

  test.each<[string, (text: string) => string, boolean]>([
    ['unless it is whole', text => text, true],
    ['unless lines end otherwise', text => text.replaceAll('\n', '\r\n'), true],
    ['when its trusted comment was changed', text => text.replace('comment: x', 'comment: z'), false],
    ['when its trusted comment is gone', text => text.split('\n').slice(0, 2).join('\n'), false],
    ['when it is cut off', text => text.slice(0, 60), false],
    ['when it is empty', () => '', false],
  ])('%s', async (_, change, isTaken) => {
    for (const algorithm of ['Ed', 'ED'] as const) {
      const keys = minisignKeys({ name: 'ours' })
      const target = await targetTrusting({ 'ours.pub': keys.publicText })
      const minisign = change(signature(keys, algorithm))
      const { trusted, signer } = findSigner(content, join(target, 'shared/keys'), {
        openssl: Buffer.alloc(0),
        minisign,
      })
      expect([trusted, signer]).toEqual([1, isTaken ? 'ours.pub' : undefined])
    }
  })

  test('of an algorithm that it does not have', async () => {
    const keys = minisignKeys({ name: 'ours' })
    const folder = join(await targetTrusting({ 'ours.pub': keys.publicText }), 'shared/keys')
    const signatures = { openssl: Buffer.alloc(0), minisign: signature(keys, 'Ex') }
    expect(findSigner(content, folder, signatures).signer).toBeUndefined()
  })
})

test.each<[string, string, string]>([
  ['ann.pem', 'no key', 'PEM'],
  ['ann.pub', 'ssh-ed25519 AAAA', 'it is not a key of minisign'],
  ['ann.key', '', 'its name must end with .pem or .pub'],
  [
    'rsa.pem',
    generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }) as string,
    'it is not an Ed25519 key',
  ],
])('a target that trusts %s, which is no key, takes nothing', async (name, text, reason) => {
  const ours = minisignKeys({ name: 'ours' })
  const { file } = await archiveRelease(await build(), { keyFile: ours.keyFile })
  const target = await targetTrusting({ 'a.pub': ours.publicText, [name]: text })
  await expect(activate(target, file)).rejects.toMatchObject({
    code: 'trusted_key_invalid',
    message: expect.stringMatching(
      new RegExp(`^\\S+/${name} is not a public key: [^\n]*${reason.slice(0, 20)}`.replace('PEM', '')),
    ),
  })
})

describe('an archive cannot be signed', () => {
  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey: own, publicKey } = generateKeyPairSync('ed25519')
  const encrypted = own.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' }) as string

  test.each<[string, string, string | undefined, string]>([
    ['by a key of RSA', rsa.export({ type: 'pkcs8', format: 'pem' }) as string, undefined, 'signing_key_invalid'],
    ['by a public key', publicKey.export({ type: 'spki', format: 'pem' }) as string, undefined, 'signing_key_invalid'],
    ['by text', 'no key', undefined, 'signing_key_invalid'],
    ['by nothing', '', undefined, 'signing_key_invalid'],
    ['by an encrypted key without its password', encrypted, undefined, 'signing_password_missing'],
    ['by an encrypted key with another one', encrypted, 'wrong', 'signing_password_wrong'],
  ])('%s', async (_, text, password, code) => {
    const keyFile = join(temporaryFolder(), 'key')
    writeFileSync(keyFile, text)
    const signing = archiveRelease(await build(), { keyFile, password })
    await expect(signing).rejects.toMatchObject({ code, message: expect.stringContaining(keyFile) })
  })

  test('by a file that does not exist', async () => {
    const signing = archiveRelease(await build(), { keyFile: join(temporaryFolder(), 'key') })
    await expect(signing).rejects.toMatchObject({ code: 'signing_key_invalid' })
  })

  test('but by an encrypted key of OpenSSL with its password', async () => {
    const keyFile = join(temporaryFolder(), 'key')
    writeFileSync(keyFile, encrypted)
    const { file } = await archiveRelease(await build(), { keyFile, password: 'right' })
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
    expect(await activate(await targetTrusting({ 'ours.pem': pem }), file)).toMatchObject({ to: 'r1' })
  })
})

describe.skipIf(!hasMinisign)('with minisign itself (needs minisign)', () => {
  const run = (...args: string[]) => spawnSync('minisign', args, { encoding: 'utf8', input: '' })

  test('it verifies what we sign, and we what it signs, of either kind', async () => {
    const folder = temporaryFolder()
    const [keyFile, pub] = [join(folder, 'm.key'), join(folder, 'm.pub')]
    const made = run('-G', '-W', '-f', '-p', pub, '-s', keyFile)
    expect(made.status, made.stderr).toBe(0)
    const { file, signatureFile } = await archiveRelease(await build(), { keyFile })
    const verified = run('-V', '-p', pub, '-m', file)
    expect(verified.stdout + verified.stderr).toMatch(/verified.*Trusted comment: timestamp:1795953600/s)
    for (const kind of ['-H', '-l']) {
      rmSync(signatureFile!)
      expect(run('-S', kind, '-s', keyFile, '-m', file).status).toBe(0)
      const target = await targetTrusting({ 'm.pub': readFileSync(pub, 'utf8') })
      expect(await activate(target, file)).toMatchObject({ to: 'r1' })
    }
  })
})
