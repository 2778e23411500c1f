import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '@arlen/core/config'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { sessionConfigSchema, sessionOptions } from './config.ts'
import { developmentSecret } from './secrets/development-secret.ts'
import { generateSecret, secretProblems } from './secrets/secrets.ts'
import { sessionSettings } from './session/session-settings.ts'

function resolve(production: boolean, env: Record<string, string> = {}) {
  const schema = v.strictObject({ session: v.optional(sessionConfigSchema(production), {} as never) })
  return resolveConfig({ schema, env })
}

function problemsOf(run: () => unknown): string {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

test('production starts with one good secret and the safe defaults', () => {
  const secret = generateSecret()
  const { config, settings } = resolve(true, { ARLEN_SESSION_SECRETS: secret })
  expect(config.session).toMatchObject({ secure: true, csrf: true, sameSite: 'lax', secrets: [secret] })
  expect(settings.find(setting => setting.env === 'ARLEN_SESSION_SECRETS')?.value).toBe('[secret]')
  const made = sessionSettings(sessionOptions(config.session, () => expect.unreachable()))
  expect(made.cookie.name).toBe('__Host-session')
  expect(made.strict).toBe(false)
})

test('production refuses weak and missing secrets and unsafe cookies, all at once and without quoting them', () => {
  const env = {
    ARLEN_SESSION_SECRETS: 'hunter2,change-me-before-you-go-into-production-please',
    ARLEN_SESSION_SECURE: 'false',
    ARLEN_SESSION_CSRF: 'off',
  }
  const message = problemsOf(() => resolve(true, env))
  expect(message).toContain('has 4 problem(s)')
  expect(message).toContain(
    'session.secrets (ARLEN_SESSION_SECRETS): must be fit for production, but secret 1 of 2 has 7',
  )
  expect(message).toContain('but secret 2 of 2 is a placeholder')
  expect(message).toContain('session.secure (ARLEN_SESSION_SECURE): must be true in production')
  expect(message).toContain('session.csrf (ARLEN_SESSION_CSRF)')
  expect(message).not.toContain('hunter2')
  expect(problemsOf(() => resolve(true))).toContain('there is no secret')
  expect(problemsOf(() => resolve(true, { ARLEN_SESSION_ENABLED: 'false' }))).toBe('')
})

test('development needs no secret: it makes one and keeps it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-secret-'))
  try {
    const file = join(folder, '.arlen', 'session-secret')
    const { config } = resolve(false)
    const options = sessionOptions(config.session, () => developmentSecret(file))
    expect(secretProblems(options.secrets as string[])).toEqual([])
    expect(developmentSecret(file)).toBe((options.secrets as string[])[0])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(sessionSettings(options).cookie.name).toBe('insecure-session')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
