import { expect, test } from 'vitest'
import { isSetByOrchestrator } from './orchestrator-env.ts'

test.each([
  ['ARLEN_PORT', 'tcp://10.96.0.12:3000'],
  ['ARLEN_PORT', 'sctp://10.96.0.12:3000'],
  ['ARLEN_SERVICE_HOST', '10.96.0.12'],
  ['ARLEN_SERVICE_PORT', '3000'],
  ['ARLEN_SERVICE_PORT_HTTP', '3000'],
  ['ARLEN_SERVICE_PORT_HTTP_ADMIN2', '3000'],
  ['ARLEN_PORT_3000_TCP', 'tcp://10.96.0.12:3000'],
  ['ARLEN_PORT_3000_TCP_ADDR', '10.96.0.12'],
  ['ARLEN_PORT_53_UDP_PROTO', 'udp'],
  ['ARLEN_PORT_53_UDP_PORT', '53'],
  ['ARLEN_HTTP_PORT', 'tcp://10.96.0.12:80'],
  ['ARLEN_SHOP_WEB_SERVICE_HOST', 'fd00::1'],
])('%s=%s is of an orchestrator', (name, value) => {
  expect(isSetByOrchestrator(name, value)).toBe(true)
})

test.each([
  ['ARLEN_HTTP_PORT', '3000'],
  ['ARLEN_PORT', '3000'],
  ['ARLEN_HTTP_HOST', '0.0.0.0'],
  ['ARLEN_SERVICE', 'x'],
  ['ARLEN_PORT_TCP', 'x'],
  ['ARLEN_LOG_LEVEL', 'tcp://x'],
])('%s=%s is not', (name, value) => {
  expect(isSetByOrchestrator(name, value)).toBe(false)
})
