import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/helpers.ts'
import { activatedSockets, ServiceNotifier, watchdogInterval } from './systemd.ts'

test('descriptors are taken only where they are meant for this process', () => {
  expect(activatedSockets({ LISTEN_FDS: '2', LISTEN_PID: '5' }, 5)).toEqual([3, 4])
  expect(activatedSockets({ LISTEN_FDS: '2', LISTEN_PID: '6' }, 5)).toEqual([])
  expect(activatedSockets({ LISTEN_FDS: '2' }, 5)).toEqual([])
  expect(activatedSockets({ LISTEN_FDS: '0', LISTEN_PID: '5' }, 5)).toEqual([])
  expect(activatedSockets({ LISTEN_FDS: 'many', LISTEN_PID: '5' }, 5)).toEqual([])
  expect(activatedSockets({}, 5)).toEqual([])
})

test('the watchdog is pinged twice within its limit, where it is for this process', () => {
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '5' }, 5)).toBe(15_000)
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000' }, 5)).toBe(15_000)
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '6' }, 5)).toBeUndefined()
  expect(watchdogInterval({}, 5)).toBeUndefined()
})

/** A `systemd-notify` that runs this shell code. */
function notifier(code: string): {
  env: NodeJS.ProcessEnv
  file: string
  problems: string[]
  notifier: ServiceNotifier
} {
  const folder = temporaryFolder()
  const file = path.join(folder, 'told')
  writeFileSync(path.join(folder, 'systemd-notify'), `#!/bin/sh\n${code.replaceAll('$FILE', file)}\n`)
  chmodSync(path.join(folder, 'systemd-notify'), 0o755)
  const problems: string[] = []
  const env = { PATH: `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: '/nowhere/notify' }
  return { env, file, problems, notifier: new ServiceNotifier(problem => problems.push(problem), env) }
}

test('messages go out one after the other, in their order', async () => {
  const { notifier: it, file } = notifier('[ "$1" = READY=1 ] && sleep 0.2; echo "$*" >> $FILE')
  void it.notify('READY=1', 'STATUS=up')
  void it.notify('RELOADING=1')
  await it.notify('STOPPING=1')
  expect(readFileSync(file, 'utf8')).toBe('READY=1 STATUS=up\nRELOADING=1\nSTOPPING=1\n')
})

test('a message that could not be sent is reported, and later ones are still sent', async () => {
  const { notifier: it, file, problems } = notifier('[ "$1" = BAD ] && exit 1; echo "$*" >> $FILE')
  await it.notify('BAD')
  await it.notify('WATCHDOG=1')
  expect(problems).toEqual([expect.stringMatching(/^systemd could not be notified: /)])
  expect(readFileSync(file, 'utf8')).toBe('WATCHDOG=1\n')
})

test('a missing systemd-notify is reported once', async () => {
  const { env, problems } = notifier('exit 0')
  rmSync(path.join(env.PATH!.split(':')[0]!, 'systemd-notify'))
  const it = new ServiceNotifier(problem => problems.push(problem), { ...env, PATH: '/nowhere' })
  await it.notify('READY=1')
  await it.notify('WATCHDOG=1')
  expect(problems).toHaveLength(1)
})

test('outside of systemd nothing is run', async () => {
  const { env, file } = notifier('echo told >> $FILE')
  await new ServiceNotifier(() => undefined, { PATH: env.PATH }).notify('READY=1')
  expect(existsSync(file)).toBe(false)
})
