// The process of a registry: verdaccio, on the loopback alone. Started by startRegistry(), it reports its port and ends
// with its parent.
import { rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { runServer } from 'verdaccio'

const [folder = '', upstream = ''] = process.argv.slice(2)
const ours = { access: '$all', publish: '$all', unpublish: '$all' }

const server = await runServer({
  self_path: folder,
  storage: `${folder}/storage`,
  auth: {},
  uplinks: { upstream: { url: upstream, timeout: '60s', max_fails: 10, fail_timeout: '5s' } },
  // Our packages never come from elsewhere, whatever the public registry has under these names.
  packages: {
    arlen: ours,
    '@arlen/*': ours,
    'create-arlen': ours,
    '**': { access: '$all', proxy: 'upstream' },
  },
  web: { enable: false },
  log: { type: 'stdout', format: 'pretty', level: 'error', colors: false },
  max_body_size: '50mb',
  userRateLimit: { max: 100_000 },
} as never)

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
// The parent is gone, perhaps killed by a signal that cannot be handled.
process.once('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})
