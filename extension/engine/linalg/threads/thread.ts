import { serveJobs } from '../../ground/work/threadJobs.js';
import { jobs } from './jobs.js';

serveJobs(jobs);
