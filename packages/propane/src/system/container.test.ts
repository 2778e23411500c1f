import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cpuQuota, defaultWorkers, inContainer } from './container.ts'

/** A root folder with these files. */
function root(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'propane-root-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

test('takes as many workers as there are CPUs where nothing limits them', () => {
  expect(defaultWorkers(8, root({}))).toEqual({ workers: 8, reason: '8 CPUs available' })
  const unlimited = root({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': 'max 100000\n' })
  expect(defaultWorkers(8, unlimited).workers).toBe(8)
})

test.each([
  ['150000 100000', 2, 'the control group allows 1.5 of 8 CPUs'],
  ['50000 100000', 1, 'the control group allows 0.5 of 8 CPUs'],
  ['400000 100000', 4, 'the control group allows 4 of 8 CPUs'],
  ['1600000 100000', 8, '8 CPUs available'],
])('a quota of %j gives %i workers', (quota, workers, reason) => {
  const folder = root({ 'proc/self/cgroup': '0::/\n', 'sys/fs/cgroup/cpu.max': quota })
  expect(defaultWorkers(8, folder)).toEqual({ workers, reason })
})

test('the tightest limit on the way up counts', () => {
  const folder = root({
    'proc/self/cgroup': '0::/kubepods/pod1/app\n',
    'sys/fs/cgroup/kubepods/pod1/app/cpu.max': 'max 100000',
    'sys/fs/cgroup/kubepods/pod1/cpu.max': '300000 100000',
    'sys/fs/cgroup/kubepods/cpu.max': '600000 100000',
  })
  expect(cpuQuota(folder)).toBe(3)
})

test('reads the first version of control groups', () => {
  const folder = root({
    'proc/self/cgroup': '5:memory:/x\n4:cpu,cpuacct:/docker/abc\n',
    'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us': '250000',
    'sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us': '100000',
  })
  expect(cpuQuota(folder)).toBe(2.5)
  const none = root({
    'proc/self/cgroup': '4:cpu,cpuacct:/\n',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
  })
  expect(cpuQuota(none)).toBeUndefined()
})

test('knows a container by its marks', () => {
  expect(inContainer({}, root({}))).toBe(false)
  expect(inContainer({ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, root({}))).toBe(true)
  expect(inContainer({}, root({ '.dockerenv': '' }))).toBe(true)
})
