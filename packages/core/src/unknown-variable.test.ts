import { expect, test } from 'vitest'
import { unknownVariable } from './unknown-variable.ts'

const NAMES = ['ARLEN_LOG_LEVEL', 'ARLEN_HTTP_PORT', 'ARLEN_WORKER', 'ARLEN_OPEN_API_PATH']

test.each([
  ['ARLEN_LOG_LEVLE', { isMisspelled: true, meant: 'ARLEN_LOG_LEVEL' }],
  ['ARLEN_LOG_LEVELSS', { isMisspelled: true, meant: 'ARLEN_LOG_LEVEL' }],
  ['ARLEN_LOG_LEVELSSS', { isMisspelled: false, meant: 'ARLEN_LOG_LEVEL' }],
  ['ARLEN_FORECAST_URL_OF_TOMORROW', { isMisspelled: false, meant: undefined }],
  ['ARLEN_PORT', { isMisspelled: false, meant: undefined }], // similar to ARLEN_WORKER by the prefix alone
  ['ARLEN_ENV_PATH', { isMisspelled: false, meant: undefined }],
  ['ARLEN_HTTP_PORTS', { isMisspelled: true, meant: 'ARLEN_HTTP_PORT' }],
])('%s is %j', (name, said) => {
  expect(unknownVariable(name, 'x', NAMES)).toEqual(said)
})

test.each([
  ['ARLEN_PORT', 'tcp://10.0.0.1:3000'],
  ['ARLEN_SERVICE_HOST', '10.0.0.1'],
  ['ARLEN_HTTP_PORT_80_TCP_ADDR', '10.0.0.1'],
])('%s=%s is of an orchestrator', (name, value) => {
  expect(unknownVariable(name, value, NAMES)).toBeUndefined()
})
