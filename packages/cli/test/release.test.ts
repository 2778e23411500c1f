import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'
import { temporaryApp } from './temporary-app.ts'

const DEPLOY = `export default {
  targets: { production: { path: '/srv/shop', hosts: [{ address: 'web1.invalid' }, { address: 'jobs.invalid', roles: ['jobs'] }] } },
}
`

/** An application with this configuration, and its command line in this process. */
function app(config = DEPLOY) {
  const { root } = temporaryApp({ 'config/deploy.js': config, 'app.js': '' })
  const arlen = async (argv: readonly string[]) => {
    const [out, err]: [string[], string[]] = [[], []]
    const io = { cwd: root, env: {}, out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
    const code = await runCli(argv, commands, '0.0.0', io as never)
    return { code, out: out.join('\n'), err: err.join('\n') }
  }
  return { root, arlen }
}

describe('an option of another action is refused, for it would be ignored', () => {
  test.each<[string, string]>([
    ['release build --target /srv/shop', 'release build does not take --target'],
    ['release build --dry-run', 'release build does not take --dry-run'],
    ['release activate r1 --keep 2', 'release activate does not take --keep'],
    ['release activate r1 --allow-dirty', 'release activate does not take --allow-dirty'],
    ['release rollback --dry-run', 'release rollback does not take --dry-run'],
    ['release contract --no-canary', 'release contract does not take --no-canary'],
    ['release list --max-error-rate 1', 'release list does not take --max-error-rate'],
    ['deploy production --follow', 'deploy production release does not take --follow'],
    ['deploy production rollback --archive r1.tar.zst', 'deploy production rollback does not take --archive'],
    ['deploy production --archive r1.tar.zst --sign key.pem', '--sign is for what is built'],
    ['deploy production --archive r1.tar.zst --platform linux-x64', '--platform is for what is built'],
  ])('%s', async (line, problem) => {
    const { code, err } = await app().arlen(line.split(' '))
    expect([code, err]).toEqual([2, expect.stringContaining(problem)])
  })
})

test('JSON has the same members whatever the state of a target', async () => {
  const { root, arlen } = app()
  await arlen(['release', 'init', '--target', root])
  const { code, out } = await arlen(['release', 'status', '--target', root, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ current: null, previous: null, holder: null, interrupted: null, history: [] })
})

test.each(['none.tar.zst', './r1', '/nowhere/r1'])('a path to nothing is named: %s', async path => {
  const { root, arlen } = app()
  await arlen(['release', 'init', '--target', root])
  const { code, err } = await arlen(['release', 'activate', path, '--target', root])
  expect([code, err]).toEqual([1, expect.stringContaining(`no archive or release at ${resolve(root, path)}`)])
})

describe('a dry run prints the commands', () => {
  test.each(['init', 'doctor', 'rollback', 'contract', 'status', 'logs', 'run true'])('of %s', async action => {
    const { arlen } = app(DEPLOY.replace("path: '/srv/shop',", "path: '/srv/shop', unit: 'shop',"))
    const { code, out } = await arlen(['deploy', 'production', ...action.split(' '), '--dry-run'])
    expect(code).toBe(0)
    // One host applies contract steps for all.
    const addresses = action === 'contract' ? ['web1.invalid'] : ['web1.invalid', 'jobs.invalid']
    for (const address of addresses) expect(out).toMatch(new RegExp(`^ssh .* ${address} `, 'm'))
  })

  test('of words after --, which may look like options', async () => {
    const words = ['deploy', 'production', 'run', '--dry-run', '--host', 'web', '--', 'df', '-h', '--json']
    const { code, out } = await app().arlen(words)
    expect([code, out]).toEqual([0, expect.stringMatching(/ web1\.invalid '.* && df -h --json'$/)])
    const nothing = await app().arlen(['deploy', 'production', 'run', '--dry-run', '--'])
    expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining('deploy production run needs')])
  })
})

describe('config/deploy.ts that is wrong is refused in one line that names the mistake', () => {
  const target = (text: string) => `export default { targets: { production: ${text} } }\n`
  test.each<[string, string, RegExp]>([
    ['nothing exported', '', /config\/deploy\.js cannot be read: it has no default export\. It must end with/],
    ['a syntax error', 'export default {{', /config\/deploy\.js cannot be read: /],
    ['something thrown', "throw new Error('no env')", /config\/deploy\.js cannot be read: no env\./],
    ['no targets', 'export default { target: {} }', /no option target\. Did you mean targets\?/],
    ['no hosts', target("{ path: '/srv/shop' }"), /target production.*hosts/],
    ['an empty list of hosts', target("{ path: '/srv/shop', hosts: [] }"), /must name a host/],
    ['a host that is a text', target("{ path: '/srv/shop', hosts: ['web1'] }"), /hosts.*web1|hosts/],
    ['a path that is relative', target("{ path: 'srv', hosts: [{ address: 'a' }] }"), /path must be absolute/],
    [
      'a misspelled setting',
      target("{ path: '/srv', host: [{ address: 'a' }] }"),
      /no option host\. Did you mean hosts\?/,
    ],
    ['a role that does not exist', target("{ path: '/srv', hosts: [{ address: 'a', roles: ['db'] }] }"), /roles.*web/],
    ['an address that is an option', target("{ path: '/srv', hosts: [{ address: '-oX' }] }"), /must not name "-oX"/],
    ['a host twice', target("{ path: '/srv', hosts: [{ address: 'a' }, { address: 'a' }] }"), /must name a once/],
    ['a batch of none', target("{ path: '/srv', hosts: [{ address: 'a' }], batchSize: 0 }"), /batchSize/],
    [
      'a health URL that cannot be parsed',
      target("{ path: '/srv', hosts: [{ address: 'a' }], healthUrl: 'readyz' }"),
      /healthUrl/,
    ],
    ['a request that is no path', target("{ path: '/srv', hosts: [{ address: 'a' }], requests: ['x'] }"), /requests/],
    ['a unit with a slash', target("{ path: '/srv', hosts: [{ address: 'a' }], unit: '../x' }"), /unit/],
  ])('%s', async (_, text, problem) => {
    const { arlen } = app(text)
    const { code, err } = await arlen(['deploy', 'production', 'doctor', '--dry-run'])
    expect([code, err.split('\n')[0]]).toEqual([1, expect.stringMatching(problem)])
  })

  test('a target or a host that is not there', async () => {
    const { arlen } = app()
    expect(await arlen(['deploy', 'prodution', 'doctor'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('config/deploy.ts has no target prodution; did you mean production?'),
    })
    expect(await arlen(['deploy', 'production', 'doctor', '--host', 'web2.invalid'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('web2.invalid'),
    })
  })
})
