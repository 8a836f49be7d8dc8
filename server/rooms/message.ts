export * from '../message.js';
