import { execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initTarget, readManifest } from '../src/index.ts'
import { publishNativeModules, writeApplication } from './native-application.ts'
import { SSHD, SshHosts } from './ssh-hosts.ts'
import { temporaryFolder, writeFiles } from './support.ts'

const ARLEN = fileURLToPath(new URL('../../cli/dist/bin.js', import.meta.url))
const OTHER = process.arch === 'x64' ? 'linux-arm64' : 'linux-x64'
const OWN = `linux-${process.arch}`

describe.skipIf(SSHD === undefined || process.platform !== 'linux')(
  'arlen deploy, which builds what it brings to a host (needs openssh-server, Linux)',
  () => {
    const hosts = new SshHosts()
    beforeAll(publishNativeModules)
    beforeAll(() => hosts.start(1))
    afterAll(() => hosts.stop())

    /** An application in a repository, whose target is a host; and how one who deploys types its commands. */
    async function project() {
      const target = hosts.target()
      const host = target.folders[0]!
      await initTarget(host)
      writeFileSync(join(host, 'shared/env'), 'A=1\n')
      const root = temporaryFolder()
      await writeApplication(root, ['native'], 'npm')
      writeFiles(root, {
        '.gitignore': 'releases/\n',
        'config/deploy.js': `export default { targets: { production: ${JSON.stringify(target)} } }\n`,
      })
      const git = (...args: string[]) =>
        execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
          cwd: root,
          stdio: 'pipe',
        })
      git('init', '-q')
      const commit = () => {
        git('add', '-A')
        git('commit', '-qm', 'a change', '--allow-empty')
      }
      commit()
      const deploy = async (line: string, env: Record<string, string> = {}) => {
        const args = [ARLEN, 'deploy', 'production', ...line.split(' ').filter(Boolean)]
        const child = spawn(process.execPath, args, {
          cwd: root,
          env: { ...process.env, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        })
        const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
        return { code: code as number, out, err }
      }
      const current = () => (existsSync(join(host, 'current')) ? readlinkSync(join(host, 'current')) : undefined)
      return { root, host, deploy, commit, current }
    }

    test('--sign signs it, with the password of the environment, so that a host that trusts the key takes it', async () => {
      const { root, host, deploy, commit, current } = await project()
      const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
      mkdirSync(join(host, 'shared/keys'))
      writeFileSync(join(host, 'shared/keys/ours.pem'), ours.publicKey.export({ type: 'spki', format: 'pem' }))
      const encrypted = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'horse' } as const
      const write = (name: string, { privateKey }: { privateKey: KeyObject }) =>
        writeFileSync(join(root, 'releases', name), privateKey.export(encrypted))
      mkdirSync(join(root, 'releases'))
      write('ours.key', ours)
      write('other.key', other)
      const password = { ARLEN_SIGN_PASSWORD: 'horse' }

      const unsigned = await deploy('')
      expect([unsigned.code, unsigned.err]).toEqual([1, expect.stringContaining('is not signed by a key in')])
      const wrong = await deploy('--sign releases/other.key', password)
      expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('is not signed by a key in')])
      const locked = await deploy('--sign releases/ours.key')
      expect([locked.code, locked.err]).toEqual([1, expect.stringContaining('Set its password in ARLEN_SIGN_PASSWORD')])
      expect(current()).toBeUndefined()
      const signed = await deploy('--sign releases/ours.key', password)
      expect([signed.code, signed.err]).toEqual([0, expect.stringContaining('activate')])
      expect(signed.out).toContain('runs on')
      expect(current()).toMatch(/^releases\/\d{8}T/)

      commit()
      const before = current()
      expect((await deploy('')).code).toBe(1)
      expect(current()).toBe(before)
    })

    test('--platform chooses where it runs; a host that is not among them refuses it', async () => {
      const { root, host, deploy, commit, current } = await project()
      const unknown = await deploy('--platform plan9-x64')
      expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('There is no platform plan9-x64')])
      const elsewhere = await deploy(`--platform ${OTHER}`)
      expect([elsewhere.code, elsewhere.err]).toEqual([
        1,
        expect.stringContaining(`contains native modules for ${OTHER}; this is ${OWN}`),
      ])
      expect(current()).toBeUndefined()
      writeFiles(root, { 'app.ts': 'export default 2\n' })
      commit()
      const both = await deploy(`--platform ${OWN},${OTHER}`)
      expect([both.code, both.err]).toEqual([0, expect.any(String)])
      const { platforms, files } = await readManifest(join(host, 'current'))
      expect(platforms.map(({ arch }) => arch)).toEqual([OWN, OTHER].map(name => name.slice('linux-'.length)))
      expect(Object.keys(files)).toContain(`node_modules/native-${OTHER}/index.node`)
    })
  },
)
