import { expect, test } from 'vitest'
import { resolveAccessories } from '../accessories.ts'
import { inContainer } from '../system/container.ts'
import { poolSettings } from './pool-settings.ts'

test('automatic times are decided, given ones count', () => {
  expect(poolSettings(resolveAccessories()).preStopDelayMs).toBe(inContainer() ? 5000 : 0)
  expect(poolSettings(resolveAccessories({ preStopDelayMs: '3s' })).preStopDelayMs).toBe(3000)
})

test('0 turns the limits off that a worker would be killed for', () => {
  const settings = poolSettings(resolveAccessories({ bootTimeoutMs: 0, heartbeatTimeoutMs: 0, drainTimeoutMs: 0 }))
  expect(settings.bootTimeoutMs).toBeGreaterThan(86_400_000)
  expect(settings.heartbeatTimeoutMs).toBeGreaterThan(86_400_000)
  expect(settings.drainTimeoutMs).toBe(0)
})
