import { appRootOf } from '../app-root.ts'
import { type Command, printJson, textOption } from '../command.ts'

export const configCommand: Command = {
  usage: 'config',
  json: 'document',
  description: 'Print the merged configuration and where each value comes from; secrets are masked',
  options: [
    ['--env <name>', 'Environment, instead of ARLEN_ENV'],
    ['--root <folder>', 'Folder of the application'],
  ],
  async run(input, io) {
    const { loadConfig } = await import('arlen')
    const root = appRootOf(input, io)
    const environment = textOption(input, 'env')
    const { settings, warnings } = loadConfig({ root, env: io.env, ...(environment && { environment }) })
    for (const warning of warnings) io.err(warning)
    if (input.options.json === true) {
      const rows = settings.map(({ path, value, source, env, description }) => ({
        name: path.join('.'),
        value,
        source,
        env,
        description,
      }))
      return printJson(io, rows)
    }
    for (const { path, value, source } of settings) {
      io.out(`${path.join('.')} = ${value === undefined ? '(not set)' : JSON.stringify(value)}  (${source})`)
    }
  },
}
