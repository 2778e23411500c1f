// Three machines with real ssh, nginx, HAProxy and PostgreSQL, in network namespaces of this one: releases are rolled out and back
// under load, and everything goes wrong that can. `make deploy-rehearsal`, ROUNDS=10. Prints the figures of docs/deploy/several-machines.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTree } from '../../src/target/target-folder.ts'
import { bundlePackages } from '../bundle-packages.ts'
import { Network, obstacle } from './network.ts'
import { buildVersions } from './releases.ts'

const MACHINES = 3
const SHOP = join(import.meta.dirname, '../../../../apps/strickland')

const problem = obstacle(['ip', 'sshd', 'ssh-keygen', 'nginx', 'haproxy'])
if (problem !== undefined) {
  console.log(`deploy-rehearsal: skipped, since ${problem}`)
  process.exit(0)
}
const prefix = `arlen-${process.pid}`
const network = new Network(prefix)
const folder = mkdtempSync(join(tmpdir(), 'arlen-rehearsal-'))
let code: number | null = 1
try {
  // Here, where the registry is within reach.
  console.log('deploy-rehearsal: building the releases')
  bundlePackages()
  await buildVersions(SHOP, folder)
  network.make(MACHINES)
  // From here on as a program of the front, where the load balancers, the database and the deploying machine are.
  const inside = ['netns', 'exec', network.namespace('front'), process.execPath, ...process.execArgv]
  const child = spawn('ip', [...inside, join(import.meta.dirname, 'scenes.ts'), prefix, folder], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  ;[code] = (await once(child, 'exit')) as [number | null]
} finally {
  network.remove(MACHINES)
  await removeTree(folder)
}
process.exitCode = code ?? 1
