/** `/roll 2d6` rolls two dice with six sides; `/roll` rolls one. */
import { randomInt } from 'node:crypto';

const MOST = { dice: 100, sides: 1000 };

export const bot = {
  name: 'Dice',
  command: 'roll',
  usage: '/roll 2d6',
  help: 'Rolls dice: how many, d, and how many sides they have',

  answer(text, { name }) {
    const [, dice = '1', sides = '6'] = /^(\d{0,4})d(\d{1,5})$/i.exec(text || '1d6') ?? [null, 'x'];
    const count = Number(dice || 1);
    if (!(count >= 1 && count <= MOST.dice && sides >= 2 && sides <= MOST.sides))
      return `Write it like /roll 2d6: up to ${MOST.dice} dice with 2 to ${MOST.sides} sides`;
    const rolled = Array.from({ length: count }, () => randomInt(1, Number(sides) + 1));
    const sum = rolled.reduce((total, one) => total + one, 0);
    const parts = count > 1 && count <= 20 ? `${rolled.join(' + ')} = ` : '';
    return `${name} rolls ${count}d${sides}: ${parts}${sum}`;
  },
};
