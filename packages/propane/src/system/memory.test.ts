import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { availableMemory } from './memory.ts'
import { OomKills } from './oom-kills.ts'

function root(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

const MACHINE = { 'proc/meminfo': 'MemTotal: 9000 kB\nMemAvailable:    4000 kB\n' }
const V2 = { ...MACHINE, 'proc/self/cgroup': '0::/app\n' }

test('counts the memory available on the machine, if nothing else limits it', () => {
  expect(availableMemory(root(MACHINE))).toBe(4000 * 1024)
  expect(availableMemory(root({ ...V2, 'sys/fs/cgroup/app/memory.max': 'max' }))).toBe(4000 * 1024)
  expect(availableMemory(root({}))).toBe(Number.POSITIVE_INFINITY)
})

test('counts the memory left in the control group, without cached files', () => {
  const group = { 'memory.max': '1000000', 'memory.current': '900000', 'memory.stat': 'anon 1\nfile 300000\nslab 2\n' }
  const files = Object.entries(group).map(([name, text]) => [`sys/fs/cgroup/app/${name}`, text])
  expect(availableMemory(root({ ...V2, ...Object.fromEntries(files) }))).toBe(400_000)
  const v1 = {
    'proc/self/cgroup': '3:memory:/app\n',
    'sys/fs/cgroup/memory/app/memory.limit_in_bytes': '500000',
    'sys/fs/cgroup/memory/app/memory.usage_in_bytes': '600000',
  }
  expect(availableMemory(root({ ...MACHINE, ...v1 }))).toBe(0)
})

test('kills by the kernel for lack of memory are recognized by the counter of the control group', () => {
  const folder = root({ ...V2, 'sys/fs/cgroup/app/memory.events': 'oom 0\noom_kill 2\n' })
  const kills = new OomKills(folder)
  expect(kills.hasRisen()).toBe(false)
  writeFileSync(path.join(folder, 'sys/fs/cgroup/app/memory.events'), 'oom 1\noom_kill 3\n')
  expect([kills.hasRisen(), kills.hasRisen()]).toEqual([true, false])
  expect(new OomKills(root({})).hasRisen()).toBe(false)
})
