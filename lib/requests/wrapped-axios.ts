import axios, {
  type AxiosInstance,
  type AxiosRequestConfig,
  type AxiosResponse,
  type CreateAxiosDefaults,
} from 'axios';

/** Sends a request: through the interceptors, the transforms and the adapter. */
export type AxiosSend = (config: AxiosRequestConfig) => Promise<AxiosResponse>;

/** Sends one request by `send`, with what is to happen before and after it. */
export type AxiosAround = (config: AxiosRequestConfig, send: AxiosSend) => Promise<AxiosResponse>;

/**
 * An axios instance as `axios.create()` makes them, but for `around`, through which every request goes. Interceptors
 * would not do: what a transform, or another interceptor, throws passes them by.
 */
export function createWrappedAxios(config: CreateAxiosDefaults, around: AxiosAround): AxiosInstance {
  const context = new axios.Axios();
  context.defaults = axios.create(config).defaults;
  const send: AxiosSend = context.request.bind(context);
  const request = (target: string | AxiosRequestConfig, options: AxiosRequestConfig = {}): Promise<AxiosResponse> =>
    around(typeof target === 'string' ? { ...options, url: target } : target, send);
  // The verbs are methods that call `this.request`.
  Object.assign(context, { request });
  const create = (further?: CreateAxiosDefaults) => axios.create({ ...config, ...further });
  // A function with methods, put together as axios does it; neither has a type that says so.
  return Object.assign(request, boundMethods(context), context, { create }) as unknown as AxiosInstance;
}

function boundMethods(context: InstanceType<typeof axios.Axios>): Record<string, unknown> {
  const methods = Object.getOwnPropertyNames(axios.Axios.prototype).filter((name) => name !== 'constructor');
  return Object.fromEntries(
    methods.map((name) => {
      const method: unknown = Reflect.get(context, name);
      return [name, typeof method === 'function' ? (method.bind(context) as unknown) : method];
    }),
  );
}
