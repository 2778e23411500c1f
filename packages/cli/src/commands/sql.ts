import { resolve } from 'node:path'
import { type Command, chooseWord, printJson, textOption, UsageError } from '../command.ts'
import { withDsn } from '../find-dsn.ts'

export const sqlCommand: Command = {
  usage: 'sql [...words]',
  json: 'document',
  actions: [['check', 'Describe every query on the database, and compare the types']],
  description: 'check: check every query against the database, and their types',
  options: [
    ['--write', 'Write the types, instead of reporting that they are out of date'],
    ['--env <name>', 'Environment whose configuration names the database'],
    ['--dsn <uri>', 'PostgreSQL connection URI, instead of the configured one'],
    [
      '--exclude <globs>',
      'Files that are left out besides tests, migrations, scripts and seeds, such as "tools/**,old/**"',
    ],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: ['arlen sql check --write'],
  async run(input, io) {
    chooseWord('sql', input.args[0], { check: true })
    if (input.args.length > 1) throw new UsageError('sql check takes nothing else')
    const { checkQueries, EXCLUDE } = await import('@arlen/pg/typed-sql')
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const write = input.options.write === true
    const exclude = [...EXCLUDE, ...(textOption(input, 'exclude')?.split(',') ?? [])]
    const report = await withDsn(input, root, io, dsn => checkQueries({ dsn, root, write, exclude }))
    if (input.options.json === true) {
      printJson(io, report)
      return report.problems.length > 0 ? 1 : 0
    }
    for (const { file, line, column, message } of report.problems) io.err(`${file}:${line}:${column} ${message}`)
    for (const { file, line, column, reason } of report.unchecked) {
      io.out(`${file}:${line}:${column} not checked: ${reason}`)
    }
    for (const file of write ? report.changed : []) io.out(`wrote ${file}`)
    io.out(
      `${report.queries} queries described, ${report.unchecked.length} not checked, ${report.problems.length} problems.`,
    )
    return report.problems.length > 0 ? 1 : 0
  },
}
