import { expect, test } from 'vitest'
import { installProblem } from './install-problem.ts'

const OFFLINE = `npm warn deprecated something
npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/arlen failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/index.js:108:14)
npm error     at ClientRequest.emit (node:events:508:20) {
npm error   code: 'ECONNREFUSED',
npm error   port: 9,
npm error   type: 'system',
npm error   requiredBy: '.'
npm error }
npm error
npm error If you are behind a proxy, please make sure that the 'proxy' config is set properly.  See: 'npm help config'
npm error A complete log of this run can be found in: /home/ada/.npm/_logs/2026-debug-0.log
`

test('says what a package manager says first of a failure, without stacks and objects', () => {
  const problem = installProblem(OFFLINE)
  expect(problem).toMatch(/^code ECONNREFUSED · .*request to http:\/\/127\.0\.0\.1:9\/arlen failed, reason: connect/)
  expect(problem).not.toMatch(/warn|at Client|type:|debug-0|\n/)
  const full = 'npm error code ENOSPC\nnpm error nospc Clear up some disk space and try again.\n'
  expect(installProblem(full)).toBe('code ENOSPC · nospc Clear up some disk space and try again')
  expect(installProblem('Progress: 1\n\u2009ERR_PNPM_NO_OFFLINE_META  Failed to resolve arlen@^1.0.0')).toMatch(
    /^ERR_PNPM_NO_OFFLINE/,
  )
})

test('says the end of what has no such beginning, and nothing of nothing', () => {
  expect(installProblem('one\ntwo\nthree\nfour\nfive\nspawn npm ENOENT\n')).toBe(
    'two · three · four · five · spawn npm ENOENT',
  )
  expect(installProblem('')).toBe('')
  expect(installProblem(`npm error ${'x'.repeat(5_000)}`).length).toBeLessThanOrEqual(600)
})
