import { ArlenError } from '@arlen/core'
import { isRelease } from '../app-root.ts'
import type { Finding, Step } from './step.ts'

const SECRETS = 'ARLEN_SESSION_SECRETS'

export const configStep: Step = {
  description: 'the configuration of production',
  ofReleases: true,
  async run({ root, environment, io }): Promise<Finding> {
    const { loadConfig } = await import('arlen')
    const notes: string[] = []
    let { env } = io
    if (!env[SECRETS] && !isRelease(root)) {
      // The machine that checks an application's source does not have the secrets of production, and should not.
      const { generateSecret } = await import('@arlen/session')
      env = { ...env, [SECRETS]: generateSecret() }
      notes.push(`session.secrets is not looked at: ${environment} needs ${SECRETS}.`)
    }
    try {
      const { warnings, config } = loadConfig({ root, env, environment })
      return { problems: warnings, notes: config.session.enabled ? notes : [] }
    } catch (error) {
      if (!(error instanceof ArlenError)) throw error
      return { problems: [error.message] }
    }
  },
}
