/** `/roll 2d6` rolls two dice with six sides; `/roll` rolls one. */
import { randomInt } from 'node:crypto';
import type { Bot } from './bot.js';

const MAX_DICE = 100;
const MAX_SIDES = 1000;
/** More rolls are not listed one by one. */
const MAX_LISTED = 20;

export const bot: Bot = {
  name: 'Dice',
  command: 'roll',
  usage: '/roll 2d6',
  help: 'Rolls dice: the number of dice, d, and the number of their sides',

  answer(text, { name }) {
    const [, dice, sidesText] = /^(\d{0,4})d(\d{1,5})$/i.exec(text || '1d6') ?? [];
    const count = Number(dice || 1);
    const sides = Number(sidesText ?? 0);
    if (count < 1 || count > MAX_DICE || sides < 2 || sides > MAX_SIDES)
      return `Write it like /roll 2d6: up to ${MAX_DICE} dice with 2 to ${MAX_SIDES} sides`;
    const rolled = Array.from({ length: count }, () => randomInt(1, sides + 1));
    const sum = rolled.reduce((total, one) => total + one, 0);
    const list = count > 1 && count <= MAX_LISTED ? `${rolled.join(' + ')} = ` : '';
    return `${name} rolls ${count}d${sides}: ${list}${sum}`;
  },
};
