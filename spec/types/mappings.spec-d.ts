import mongoose, { model, Schema, type HydratedDocument, type InferSchemaType, type Model, type Types } from 'mongoose';
import { expectTypeOf } from 'vitest';
import type { RecordAttributes, RecordDocument, RecordModel } from '../../lib/types/record-model.js';

declare const integration: {
  up<F, D extends RecordDocument>(id: string, model: RecordModel<F, D>, attributes: RecordAttributes<F>): Promise<D>;
  res<D extends RecordDocument>(id: string, model: RecordModel<unknown, D>): Promise<D | null>;
};

interface OrderFields { number: string; total?: number; placedAt: Date; team: Types.ObjectId; tags: string[]; address: { city: string; zip: string } }
interface OrderMethods { pay(): Promise<void> }
const orderSchema = new Schema<OrderFields, Model<OrderFields, {}, OrderMethods>, OrderMethods>({ number: String });
export const Order = model<OrderFields, Model<OrderFields, {}, OrderMethods>>('Order', orderSchema);
export const inferredSchema = new Schema({ email: { type: String, required: true }, when: Date, lines: [{ sku: String, n: Number }] }, { timestamps: true, versionKey: false, methods: { greet() { return 'hi'; } } });
export const Inferred = mongoose.model('Inferred', inferredSchema);

const a = await integration.up('1', Order, { number: 'x', placedAt: new Date() });
expectTypeOf(a.total).toEqualTypeOf<number | undefined>();
expectTypeOf(a.pay).toBeFunction();
expectTypeOf((await Order.findById(1))!).toEqualTypeOf(a);
const b = await integration.up('1', Inferred, { email: 'x', when: '2020-01-01', lines: [{ sku: 'x' }] });
expectTypeOf((await Inferred.findById(1))!).toEqualTypeOf(b);
b.greet();
expectTypeOf(await integration.res('1', Inferred)).toEqualTypeOf(await Inferred.findById(1));
// @ts-expect-error no such field
await integration.up('1', Order, { nmber: 'x' });
// @ts-expect-error wrong
await integration.up('1', Order, { number: {} });
await integration.up('1', Order, { _id: 'x', address: { city: 'x' } });
export const S = mongoose.model('S', new Schema({ _id: String, n: Number }));
await integration.up('1', S, { _id: 'x', n: 1 });
const child = Order.discriminator('Child', new Schema({ extra: String }));
const c = await integration.up('1', child, { number: 'a' });
c.number;
const anyModel = mongoose.model<any>('X');
await integration.up('1', anyModel, { z: 1 });
const untyped = mongoose.model('Y');
await integration.up('1', untyped, { z: 1 });
const viaConn = mongoose.createConnection().model('Inf', inferredSchema);
await integration.up('1', viaConn, { email: 'q' });
export type Q = InferSchemaType<typeof inferredSchema> & HydratedDocument<OrderFields>;
