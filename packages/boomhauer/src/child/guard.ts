/**
 * Runs in a thread of the application's process and ends the process, with all it has started, as soon as the
 * supervisor is gone, however it went. A thread of its own, since the application's may be in an endless loop.
 */
import { Socket } from 'node:net'

/** The pipe that the supervisor holds open at its end as long as it lives. */
const LIFELINE_FD = 3

new Socket({ fd: LIFELINE_FD, readable: true, writable: false }).resume().once('close', () => {
  process.kill(-process.pid, 'SIGKILL')
})
