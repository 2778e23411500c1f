import { expect, test } from 'vitest'
import { isSecretName } from './secret-names.ts'

test.each([
  ...['password', 'user_password', 'userPassword', 'PASSWD', 'passphrase', 'pwd', 'db_pass'],
  ...['API_KEY', 'apiKey', 'x-api-key', 'privateKey', 'accessKey', 'signing_key'],
  ...[
    'Authorization',
    'Set-Cookie',
    'cookie',
    'sessionId',
    'session_id',
    'sid',
    'connect.sid',
    'csrfToken',
    'XSRF-TOKEN',
  ],
  ...['DATABASE_URL', 'dsn', 'ARLEN_PG_DSN', 'connectionString', 'credentials', 'clientSecret', 'refresh_token'],
  ...['pin', 'user_pin', 'cardPin', 'otp', 'cvc', 'card.cvv'],
])('%s names a secret', name => {
  expect(isSecretName(name)).toBe(true)
})

test.each([
  ...['name', 'host', 'position', 'accept', 'inside', 'shipping', 'spinner', 'compass', 'passenger', 'bypass'],
  ...['keyboard', 'key', 'sidebar', 'url', 'session', 'optional', 'pinned', 'authority', ''],
  ...['session.idleMs', 'session_idle_ms', 'designing', 'assigning_to'],
])('%s names no secret', name => {
  expect(isSecretName(name)).toBe(false)
})
