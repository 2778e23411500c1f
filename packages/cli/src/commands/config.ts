import { resolve } from 'node:path'
import { type Command, textOption } from '../command.ts'

export const configCommand: Command = {
  usage: 'config',
  description: 'Print the merged configuration and where each value comes from; secrets are masked',
  options: [
    ['--env <name>', 'Environment, instead of ARLEN_ENV'],
    ['--json', 'As JSON'],
    ['--root <folder>', 'Folder of the application'],
  ],
  async run(input, io) {
    const { loadConfig } = await import('arlen')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
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
      io.out(JSON.stringify(rows, null, 2))
      return
    }
    for (const { path, value, source } of settings) {
      io.out(`${path.join('.')} = ${value === undefined ? '(not set)' : JSON.stringify(value)}  (${source})`)
    }
  },
}
