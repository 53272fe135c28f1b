import type { TestFn } from 'ava'
import { worldOf } from '../support/world.ts'
import { Neighbour, openHouse } from './house.ts'
import type { House } from './house.ts'

/** Two servers, a mentor and a member at the one, and a member at the other. */
export interface Trio {
  east: House
  west: House
  alice: Neighbour
  bob: Neighbour
  carol: Neighbour
  /** A room of alice's in which all three have a seat. */
  roomOfThree(): Promise<string>
}

/** The same three for all tests of a file, there before the first. */
export function trioOf(test: TestFn): { world: ReturnType<typeof worldOf>; trio: () => Trio } {
  const world = worldOf(test)
  let trio: Trio | undefined
  test.serial.before('two servers, a mentor and two members', async () => {
    const [east, west] = await Promise.all([openHouse(world()), openHouse(world())])
    const alice = await Neighbour.moveIn(world(), east, 'alice', 'mentor')
    const bob = await Neighbour.moveIn(world(), east, 'bob')
    const carol = await Neighbour.moveIn(world(), west, 'carol')
    const roomOfThree = async (): Promise<string> => {
      const room = await alice.opens(east)
      await bob.joins(east, room)
      await carol.joins(west, room)
      return room
    }
    trio = { east, west, alice, bob, carol, roomOfThree }
  })
  return {
    world,
    trio() {
      if (trio === undefined) throw new Error('the three are there before the first test')
      return trio
    },
  }
}
