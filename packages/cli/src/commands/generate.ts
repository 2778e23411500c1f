import { join, relative, resolve } from 'node:path'
import { type Command, textOption, UsageError } from '../command.ts'

export const generateCommand: Command = {
  usage: 'generate [...words]',
  description: 'Make a new migration <name>, or a secret',
  options: [['--root <folder>', 'Folder of the application']],
  examples: ['arlen generate migration add_reviews', 'arlen generate secret'],
  async run(input, io) {
    const [what, ...words] = input.args
    if (what === 'secret' && words.length === 0) {
      const { generateSecret } = await import('@arlen/session')
      io.out(generateSecret())
      return
    }
    if (what !== 'migration' || words.length === 0) {
      throw new UsageError('generate takes: migration <name>, or secret')
    }
    const root = resolve(io.cwd, textOption(input, 'root') ?? '.')
    const { generateMigration } = await import('@arlen/pg/migrations')
    const path = await generateMigration({ name: words.join('_'), dir: join(root, 'db/migrations') })
    io.out(relative(io.cwd, path))
  },
}
