import { type Command, printJson, rootOf } from '../command.ts'

export const doctorCommand: Command = {
  usage: 'doctor',
  json: 'document',
  description: 'Check what Arlen needs on this machine, and say what to do if something is missing',
  options: [['--root <folder>', 'Folder of the application']],
  async run(input, io) {
    const { examine } = await import('../doctor/doctor.ts')
    const reports = await examine(rootOf(input, io), io)
    const sound = reports.every(({ outcome }) => outcome !== 'fail')
    if (input.options.json === true) printJson(io, { ok: sound, checks: reports })
    else {
      for (const { name, outcome, found, remedy } of reports) {
        io.out(`${outcome.padEnd(5)} ${name}: ${found}`)
        if (remedy) io.out(`      → ${remedy}`)
      }
    }
    return sound ? 0 : 1
  },
}
